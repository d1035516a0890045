// expect: norma: layer 1, MyNorm, gets 4x8x8 but needs one group, not 2, because its statistics are per pixel
#include <norma/network/network.hpp>

using namespace norma;

struct MyNorm : NormDefaults {
    static constexpr FixedString name() { return "MyNorm"; }
#ifdef BAD
    static constexpr bool per_pixel = true;
#endif
    static constexpr int groups(int) { return 2; }
};

Network<Shape<4, 8, 8>, MyNorm> network;
