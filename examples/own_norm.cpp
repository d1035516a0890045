// A norm of your own: written as a policy, checked by the conformance kit, compared in training with a built-in norm.
#include <norma/norma.hpp>
#include <norma/testing/check_norm.hpp>

#include <cmath>
#include <cstdio>
#include <iostream>
#include <vector>

#include "support/run_or_say_why.hpp"

//! [policy]
// GroupNorm's groups with RMSNorm's formula: channels are in groups of four, and each group is divided by its root mean
// square. The mean is not subtracted. Each channel has a weight and a bias.
struct GroupRms : norma::NormDefaults {
    static constexpr norma::FixedString name() { return "GroupRms"; }
    static constexpr bool subtracts_mean = false;
    static constexpr int groups(int channels) { return channels % 4 == 0 ? channels / 4 : 0; }  // 0 refuses
};
//! [policy]

// The same in plain loops, to check that the policy says what is meant.
void plain_group_rms(std::vector<std::vector<double>>& samples, norma::Extent extent) {
    for (std::vector<double>& sample : samples) {
        const std::vector<double> x = sample;
        for (std::size_t i = 0; i < x.size(); ++i) {
            double squares = 0;  // of the group that number i belongs to
            for (std::size_t k = 0; k < x.size(); ++k) {
                const auto channels = static_cast<std::size_t>(extent.channels);
                if (k % channels / 4 == i % channels / 4) squares += x[k] * x[k];
            }
            sample[i] = x[i] / std::sqrt(squares / (4 * extent.pixels()) + 1e-5);
        }
    }
}

template <class Norm>
double accuracy_with(const norma::TrainTest& data) {
    using Net = norma::Network<norma::Shape<3, 32, 32>, norma::Block<8, 3, Norm, 2>, norma::Block<16, 3, Norm, 2>,
                               norma::AvgPool2d<2>, norma::Linear<10>>;
    norma::Batches<float> train(data.train, {.batch_size = 32, .shuffle = true});
    const norma::Batches<float> test(data.test, {});
    Net network(1);
    norma::Threads threads;
    norma::TrainingOptions options;
    options.epochs = 5;
    options.learning_rate = 0.05;
    norma::Trainer<Net> trainer(network, threads, options);
    trainer.fit(train, test);
    return trainer.history().epochs.back().test_accuracy;
}

int run() {
    std::cout << "GroupRms ";
    //! [check_norm]
    const norma::conformance::Report report = norma::conformance::check_norm<GroupRms>(plain_group_rms);
    if (!norma::conformance::print(report, std::cout)) return 1;  // one sentence for each finding
    //! [check_norm]
    norma::examples::let_out();
    const norma::TrainTest data = norma::synthetic_dataset(2000, 500, 1);
    std::printf("test accuracy after 5 epochs: GroupRms %.1f %%", accuracy_with<GroupRms>(data));
    std::printf(", GroupNorm<4> %.1f %%\n", accuracy_with<norma::GroupNorm<4>>(data));
    return 0;
}

int main() { return norma::examples::run_or_say_why("own_norm", run); }
