// expect: norma: layer 1, Widen, gets 48x6x6 but needs a skip of that shape, not 24x6x6
#include <norma/layers/conv2d.hpp>
#include <norma/network/network.hpp>

using namespace norma;

#ifdef BAD
constexpr int channels = 48;
#else
constexpr int channels = 24;
#endif

// A user's own layer.
struct Widen {
    static constexpr FixedString name() { return "Widen"; }
    static constexpr void append(GraphBuilder& builder) {
        append_layer<Conv2d<24, 3>>(builder);
        const int skip = builder.value();
        append_layer<Conv2d<channels, 1>>(builder);
        builder.append(ops::Add{builder.shape()}, skip);
    }
};

Network<Shape<3, 8, 8>, Widen> network;
