// expect: norma: a transform needs settings() and one of place(name, extent), apply(name, values) and mixture(name,
// extent); the concept Transform says what they do.
#include <norma/data/batches.hpp>

#include <vector>

using namespace norma;

struct Mirror {
#ifndef BAD
    std::vector<Setting> settings() const { return {{"mirrored", "yes"}}; }
#endif
    Placement place(const SampleName&, Extent) const { return {.mirrored = true}; }
};

void train(const Dataset& data) { Batches batches(data, {}, Mirror{}); }
