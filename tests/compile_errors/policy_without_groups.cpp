// expect: norma: this norm policy does not say where statistics are taken: add `static constexpr int groups(int
// channels)`
#include <norma/layers/conv2d.hpp>
#include <norma/network/network.hpp>

using namespace norma;

struct MyNorm : NormDefaults {
    static constexpr FixedString name() { return "MyNorm"; }
#ifndef BAD
    static constexpr int groups(int channels) { return channels / 2; }
#endif
};

Network<Shape<3, 8, 8>, Conv2d<4, 3>, MyNorm> network;
