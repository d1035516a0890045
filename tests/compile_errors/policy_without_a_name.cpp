// expect: norma: this norm policy has no name: add `static constexpr FixedString name()`.
#include <norma/layers/conv2d.hpp>
#include <norma/network/network.hpp>

using namespace norma;

struct MyNorm : NormDefaults {
    static constexpr int groups(int channels) { return channels / 2; }
#ifndef BAD
    static constexpr FixedString name() { return "MyNorm"; }
#endif
};

Network<Shape<3, 8, 8>, Conv2d<4, 3>, MyNorm> network;
