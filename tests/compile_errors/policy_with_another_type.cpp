// expect: norma: this norm policy redefines a member of NormDefaults with another type.
#include <norma/layers/conv2d.hpp>
#include <norma/network/network.hpp>

using namespace norma;

struct MyNorm : NormDefaults {
    static constexpr FixedString name() { return "MyNorm"; }
    static constexpr int groups(int channels) { return channels / 2; }
#ifdef BAD
    static constexpr bool affine = true;
#else
    static constexpr Affine affine = Affine::none;
#endif
};

Network<Shape<3, 8, 8>, Conv2d<4, 3>, MyNorm> network;
