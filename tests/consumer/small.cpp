#include <norma/core/parallel.hpp>
#include <norma/core/shape.hpp>

#include <atomic>

int main() {
    norma::Threads threads(2);
    std::atomic<int> sum = 0;
    threads.for_each(norma::Shape<1, 2, 3>::size, [&](int i, int) { sum += i; });
    return sum == 15 ? 0 : 1;
}
