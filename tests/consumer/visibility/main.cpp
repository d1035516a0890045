// Catches what the library throws, by its type and by its base.
#include <norma/training/learning_rate.hpp>

#include <string_view>

void refuse();

int main() {
    int caught = 0;
    try {
        refuse();
    } catch (const norma::OptionError& error) {
        caught += std::string_view(error.what()).starts_with("learning rate");
    }
    try {
        refuse();
    } catch (const norma::Error&) {
        ++caught;
    }
    return caught == 2 ? 0 : 1;
}
