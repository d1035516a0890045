// expect: norma: a norm's epsilon and momentum are fractions: write `static constexpr Fraction
// expect: not 1e-3.
#include <norma/layers/conv2d.hpp>
#include <norma/network/network.hpp>

using namespace norma;

struct MyNorm : NormDefaults {
    static constexpr FixedString name() { return "MyNorm"; }
    static constexpr int groups(int channels) { return channels / 2; }
#ifdef BAD
    static constexpr double epsilon = 1e-3;
#else
    static constexpr Fraction epsilon{1, 1000};
#endif
};

Network<Shape<3, 8, 8>, Conv2d<4, 3>, MyNorm> network;
