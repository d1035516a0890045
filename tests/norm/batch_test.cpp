#include "norma/norm/batch.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "golden_norm.hpp"

using namespace norma;

static_assert(NormPolicy<BatchNorm>);
static_assert(BatchNorm::couples_samples);
static_assert(BatchNorm::groups(16) == 16);

TEST_CASE("BatchNorm alone is PyTorch's, near zero and far from it") {
    golden_norm::check_everywhere<BatchNorm>("batch");
}

TEST_CASE_TEMPLATE("BatchNorm's running statistics over three batches, and evaluation by them, are PyTorch's", T, float,
                   double) {
    for (const float offset : {0.5f, 64.0f}) {
        CAPTURE(offset);
        const golden::File file(offset > 1 ? "norms/batch_far" : "norms/batch");
        const double most = golden_norm::tolerance<T>(offset);
        golden_norm::NormProbe<T, BatchNorm> probe;
        golden_norm::set_parameters<T>(probe);
        for (int step = 0; step < 3; ++step) {
            CAPTURE(step);
            probe.set_images(golden_norm::input(step, offset));
            probe.train(golden_norm::output_gradient());
            probe.track();
            const auto of_step = [&](const char* name) { return file.tensor(name + std::to_string(step)).values; };
            CHECK(golden::relative_error(probe.network.running_mean().first(6), of_step("running_mean.")) < most);
            CHECK(golden::relative_error(probe.network.running_variance().first(6), of_step("running_var.")) < most);
        }
        CHECK(probe.network.tracked_batches() == 3);
        probe.set_images(golden_norm::input(0, offset));
        probe.evaluate();
        CHECK(golden::relative_error(probe.y, file.tensor("eval.y").values) < most);

        // Gradients by running statistics, which do not depend on the input.
        ProbeIn<Mode{true, false, false}, T, 6, Shape<6, 5, 7>, BatchNorm> tuned;
        golden_norm::set_parameters<T>(tuned);
        std::copy_n(probe.network.running_mean().begin(), 6, tuned.network.running_mean().begin());
        std::copy_n(probe.network.running_variance().begin(), 6, tuned.network.running_variance().begin());
        tuned.set_images(golden_norm::input(0, offset));
        tuned.train(golden_norm::output_gradient());
        golden_norm::check_gradients<T>(tuned, file, most, "eval.");
    }
}
