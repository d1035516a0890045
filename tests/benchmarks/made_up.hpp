#pragma once

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "../support/temporary_folder.hpp"

/// Made-up files of the benchmark suite, as Google Benchmark writes them.
namespace made_up {

using Counters = std::map<std::string, double>;

/// One repetition of a benchmark.
inline nlohmann::json entry(const std::string& name, double time, const std::string& unit,
                            const Counters& counters = {}) {
    nlohmann::json json{{"name", name},          {"run_name", name}, {"run_type", "iteration"}, {"repetitions", 1},
                        {"repetition_index", 0}, {"threads", 1},     {"iterations", 3},         {"real_time", time},
                        {"cpu_time", time},      {"time_unit", unit}};
    for (const auto& [key, value] : counters) json[key] = value;
    return json;
}

/// A file of these entries.
inline std::string file(const std::vector<nlohmann::json>& entries, const nlohmann::json& more_context = {}) {
    nlohmann::json context{{"date", "2025-01-01T12:00:00+00:00"}, {"num_cpus", 2},
                           {"machine", "A Processor <9000>"},     {"compiler", "GCC 12.2.0"},
                           {"instruction_set", "AVX2"},           {"norma", "0.1.0"},
                           {"caches", nlohmann::json::array()}};
    if (more_context.is_object()) context.update(more_context);
    return nlohmann::json{{"context", context}, {"benchmarks", entries}}.dump(1);
}

inline void put(const TemporaryFolder& folder, const std::string& name, const std::string& text) {
    folder.put(name + ".json", {text.begin(), text.end()});
}

/// Steps whose figures are easy to follow: none takes 20 ms, batch 30, group 22, layer 21 on two threads and twice as
/// long on one; 2 GFLOP each; the peak is 100 GFLOP/s a thread.
inline std::vector<nlohmann::json> steps() {
    std::vector<nlohmann::json> all{entry("yardstick/fma/threads:1", 1, "ms", {{"gflops", 100}}),
                                    entry("yardstick/fma/threads:2", 1, "ms", {{"gflops", 200}})};
    const std::map<std::string, double> times{{"none", 20}, {"batch", 30}, {"group", 22}, {"layer", 21}};
    for (const auto& [norm, time] : times) {
        for (const std::string network : {"cifar10", "resnet20"}) {
            const std::string place = network + "/" + norm;
            for (const int threads : {1, 2})
                all.push_back(entry("train/" + place + "/batch:128/threads:" + std::to_string(threads) + "/real_time",
                                    time * (threads == 1 ? 2 : 1), "ms", {{"gflop", 2}, {"peak_gflop", time / 5}}));
            all.push_back(entry("scaling/" + place + "/batch:128/threads:2", time, "ms", {{"gain", 1.98}}));
            all.push_back(entry("infer/" + place + "/batch:128/threads:2", time / 5, "ms",
                                {{"gflop", 0.66}, {"peak_gflop", time / 25}}));
            all.push_back(entry("split/" + place + "/threads:1", 2 * time, "ms",
                                {{"convolution_ms", 35}, {"normalisation_ms", 2 * time - 40}, {"rest_ms", 5}}));
            for (const int batch : {64, 1024})
                all.push_back(
                    entry("memory/" + place + "/batch:" + std::to_string(batch), 1, "s",
                          {{"peak_bytes", norm == "batch" ? 1e6 * batch : 20e6 + batch}, {"activation_bytes", 4e6}}));
        }
    }
    return all;
}

/// Every file of the suite.
inline void put_everything(const TemporaryFolder& folder) {
    put(folder, "step", file(steps()));
    put(folder, "step_x86-64-v3", file(steps()));
    put(folder, "step_x86-64", file(steps(), {{"instruction_set", "SSE2"}}));
    put(folder, "peak",
        file({entry("fma/lanes:8/threads:1", 1, "ms", {{"gflops", 100}}),
              entry("bandwidth/copy/kB:16/threads:1", 1, "ms", {{"gigabytes", 90}})}));
    put(folder, "kernels",
        file({entry("yardstick/fma/threads:1", 1, "ms", {{"gflops", 100}}),
              entry("yardstick/bandwidth/kB:16/threads:1", 1, "ms", {{"gigabytes", 100}}),
              entry("yardstick/bandwidth/kB:65536/threads:1", 1, "ms", {{"gigabytes", 10}}),
              entry("convolution/cifar10/3x32x32-16x30x30-k3/forward", 5, "us",
                    {{"gflops", 83}, {"modelled_gflop", 0.0004}}),
              entry("pool/16x28x28/forward", 5, "us", {{"gigabytes", 42}}),
              entry("elementwise/relu/2x4x4", 5, "us", {{"gigabytes", 77}})}));
    put(folder, "norms",
        file({entry("norm/group/16x30x30/batch:1/forward", 5, "us", {{"ns_per_element", 0.25}, {"gigabytes", 30}}),
              entry("norm/group/16x30x30/batch:128/forward", 5, "us", {{"ns_per_element", 0.26}, {"gigabytes", 30}}),
              entry("norm/group/16x30x30/batch:128/backward", 5, "us", {{"ns_per_element", 0.5}})}));
    // Two rounds, the second three times as slow for all.
    const Counters first{{"norma", 0.022},
                         {"torch contiguous", 0.110},
                         {"torch channels_last", 0.099},
                         {"torch bf16 contiguous", 0.033}};
    const Counters second{{"norma", 0.066},
                          {"torch contiguous", 0.330},
                          {"torch channels_last", 0.297},
                          {"torch bf16 contiguous", 0.099}};
    const auto peer = [](const std::string& name, double time, const std::string& unit, const std::string& title,
                         Counters counters, double parameters) {
        counters.insert({{"parameters", parameters}, {"multiply_adds", 1e3 * parameters}, {"batch", 128}});
        nlohmann::json json = entry(name, time, unit, counters);
        json["label"] = title;
        return json;
    };
    const std::string title = "the experiment's network";
    put(folder, "peers_cifar10_group",
        file({peer("train/cifar10/group/iterations:1/manual_time", 22, "ms", title, first, 37108),
              peer("train/cifar10/group/iterations:1/manual_time", 66, "ms", title, second, 37108),
              peer("infer/cifar10/group", 5, "ms", title, {{"norma", 0.005}, {"torch contiguous", 0.010}}, 37108),
              peer("single/cifar10/group", 0.2, "ms", title, {{"norma", 0.0002}, {"torch contiguous", 0.0005}}, 37108),
              peer("epoch/cifar10/group", 9, "s", title, {{"norma", 9}}, 37108)},
             {{"torch", "2.1.0"}}));
    put(folder, "peers_a_wide_network",
        file({peer("train/resnet18/batch", 2700, "ms", "ResNet-18",
                   {{"norma", 2.7}, {"torch channels_last", 2.43}, {"torch bf16 channels_last", 1.35}}, 11173962)},
             {{"torch", "2.1.0"}}));
    put(folder, "compile_time", file({entry("compile/compare", 45, "s", {{"peak_bytes", 1.5e9}, {"units", 12}})}));
}

}  // namespace made_up
