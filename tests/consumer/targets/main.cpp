// Does what its arguments say, in order; compiled without norma.
#include "part.hpp"

#include <cstdio>
#include <string_view>

namespace {

void print(const Part& part) {
    std::printf("%s, %d lanes, losses", part.target, part.lanes);
    for (const double loss : part.losses) std::printf(" %a", loss);
    std::printf("\n");
}

}  // namespace

int main(int count, char** names) {
    for (int i = 1; i < count; ++i) {
        const std::string_view name = names[i];
#ifndef WITHOUT_BASELINE
        if (name == "baseline") print(baseline::train());
        if (name == "refused") std::printf("%s\n", baseline::caught(baseline::refuse).c_str());
#endif
#ifndef WITHOUT_WIDE
        if (name == "wide") print(wide::train());
#endif
#if !defined(WITHOUT_BASELINE) && !defined(WITHOUT_WIDE)
        if (name == "exchanged") {
            std::printf("%s\n%s\n", baseline::caught(wide::refuse).c_str(), wide::caught(baseline::refuse).c_str());
        }
#endif
    }
}
