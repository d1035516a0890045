// expect: norma: predict<name> needs a network with a Tap of this name.
#include <norma/layers/linear.hpp>
#include <norma/layers/tap.hpp>
#include <norma/network/predict.hpp>

using namespace norma;

using Net = Network<Shape<3, 8, 8>, Tap<"features">, Linear<10>>;

#ifdef BAD
auto tried(const Net& net, std::span<const float> image) { return predict<"feature">(net, image); }
#else
auto tried(const Net& net, std::span<const float> image) { return predict<"features">(net, image); }
#endif
