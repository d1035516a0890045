// A shared library that shows its own functions alone.
#include <norma/training/learning_rate.hpp>

__attribute__((visibility("default"))) void refuse() { norma::StepLR(-0.5); }
