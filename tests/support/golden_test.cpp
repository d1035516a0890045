#include "golden.hpp"

#include <cmath>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "initial_values.hpp"
#include "message.hpp"

namespace golden_test {

// golden/make_golden.py has the same literals.
static_assert(initial::name_hash("a") == 0xAF63DC4C8601EC8Cu);
static_assert(initial::value("", 0) == 0.5273890495300293f);
static_assert(initial::value("a", 0) == -0.25653815269470215f);
static_assert(initial::value("networks/conv0.weight", 431) == -0.04973626136779785f);
static_assert(initial::value("networks/images0", 24575) == -0.42608749866485596f);

TEST_CASE("initial values: a tensor is the formula, scaled and moved") {
    CHECK(initial::tensor("a", 1)[0] == initial::value("a", 0));
    CHECK(initial::biases("a", 1)[0] == 0.25f * initial::value("a", 0));
    CHECK(initial::norm_weights("a", 1)[0] == 1.0f + 0.25f * initial::value("a", 0));
    CHECK(initial::weights("a", 1, 4)[0] == 0.5f * initial::value("a", 0));
    const std::string block = "networks/conv7.weight";
    const std::string last = "networks/conv8.weight";
    CHECK(initial::weights(block, 1, 4)[0] == initial::value(block, 0));
    CHECK(initial::weights(last, 1, 4)[0] == 0.5f * initial::value(last, 0));
    for (const int label : initial::labels("a", 100)) CHECK((label >= 0 && label < 10));
}

TEST_CASE("golden: a file's tensors have their names, shapes and values") {
    const golden::File file("training/loss");
    CHECK(file.tensor("log_probabilities").shape == std::vector<std::int64_t>{5, 10});
    CHECK(file.tensor("loss").shape.empty());
    CHECK(file.has("grad.logits"));
    CHECK(file.names().size() == 4);

    const std::vector<int> labels = initial::labels("training/labels", 5);
    CHECK(golden::relative_error(labels, file.tensor("labels").values) == 0.0);
}

TEST_CASE("golden: the formula gives the inputs from which PyTorch computed") {
    const golden::File file("training/loss");
    const std::vector<float> logits = initial::tensor("training/logits", 50, 4.0f);
    const std::vector<int> labels = initial::labels("training/labels", 5);
    double loss = 0.0;
    for (std::size_t row = 0; row < 5; ++row) {
        double sum = 0.0;
        for (std::size_t k = 0; k < 10; ++k) sum += std::exp(static_cast<double>(logits[row * 10 + k]));
        loss += (std::log(sum) - static_cast<double>(logits[row * 10 + static_cast<std::size_t>(labels[row])])) / 5.0;
    }
    CHECK(loss == doctest::Approx(file.scalar("loss")).epsilon(1e-12));

    // Scale 2, offset 0.5, the mean over channel 0: the first of the batch norm's running means was made of it.
    const std::vector<float> x = initial::tensor("norms/x0", 6 * 6 * 35, 2.0f, 0.5f);
    double mean = 0.0;
    for (std::size_t n = 0; n < 6; ++n) {
        for (std::size_t i = 0; i < 35; ++i) mean += static_cast<double>(x[n * 6 * 35 + i]) / (6 * 35);
    }
    const golden::File batch("norms/batch");
    CHECK(0.1 * mean == doctest::Approx(batch.tensor("running_mean.0").values[0]).epsilon(1e-12));
}

TEST_CASE("golden: the four networks are complete") {
    for (const std::string norm : {"batch", "group2", "layer", "none"}) {
        CAPTURE(norm);
        const golden::File file("networks/" + norm);
        CHECK(file.tensor("batches").values.size() == 10);
        CHECK(file.tensor("losses").values.size() == 10);
        std::size_t parameters = 0;
        for (const std::string& name : file.names()) {
            if (name.starts_with("grad.")) {
                parameters += file.tensor(name).values.size();
                CHECK(file.tensor(name).shape == file.tensor("after." + name.substr(5)).shape);
            }
        }
        CHECK(parameters == (norm == "layer" ? 138324 : norm == "none" ? 36692 : 37108));
    }
}

TEST_CASE("golden: a missing file or tensor is named in the message") {
    CHECK(mentions(message_of<std::runtime_error>([] { golden::File("nowhere"); }), "nowhere", "make_golden.py"));
    const golden::File file("training/loss");
    CHECK(mentions(message_of<std::runtime_error>([&] { file.tensor("y"); }), "tensor y", "grad.logits"));
    CHECK(mentions(message_of<std::runtime_error>([&] { file.scalar("labels"); }), "labels", "5 values"));
}

TEST_CASE("golden: the relative error is the largest difference over the largest reference") {
    const std::vector<double> reference{1.0, -4.0};
    CHECK(golden::relative_error(reference, reference) == 0.0);
    CHECK(golden::relative_error(std::vector<float>{1.5f, -4.0f}, reference) == 0.125);
    CHECK(golden::relative_error(std::vector<float>{}, std::vector<double>{}) == 0.0);
    CHECK(std::isinf(golden::relative_error(std::vector<float>{1.0f}, reference)));
    CHECK(std::isinf(golden::relative_error(std::vector<double>{1.0, std::nan("")}, reference)));
}

}  // namespace golden_test
