// expect: norma: a norm without a weight (affine = Affine::none) has no bias either: leave has_bias out, or set affine
// to Affine::per_channel.
#include <norma/network/network.hpp>

using namespace norma;

struct MyNorm : NormDefaults {
    static constexpr FixedString name() { return "MyNorm"; }
    static constexpr int groups(int) { return 1; }
    static constexpr Affine affine = Affine::none;
#ifdef BAD
    static constexpr bool has_bias = true;
#endif
};

Network<Shape<4, 8, 8>, MyNorm> network;
