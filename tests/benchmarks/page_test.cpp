#include "report/page.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "../support/markup.hpp"
#include "../support/message.hpp"
#include "made_up.hpp"
#include "norma/core/error.hpp"
#include "norma/core/file.hpp"

namespace page_test {

using namespace norma;
using namespace norma::bench;

namespace {

std::map<std::string, std::string> report_of(const TemporaryFolder& folder) {
    return render_report(read_measurements(folder.path()));
}

}  // namespace

TEST_CASE("everything measured: every chart is there, and the page says of nothing that it is missing") {
    const TemporaryFolder folder;
    made_up::put_everything(folder);
    const auto files = report_of(folder);
    for (const char* name : {"index.html",
                             "bars.txt",
                             "bars.md",
                             "peers.md",
                             "cost.svg",
                             "cost-resnet20.svg",
                             "peers.svg",
                             "peers-epoch.svg",
                             "peers-networks-train.svg",
                             "peers-networks-infer.svg",
                             "memory.svg",
                             "memory-activations.svg",
                             "kernels-cifar10.svg",
                             "kernels-model-cifar10.svg",
                             "kernels-bandwidth.svg",
                             "norms-16x30x30.svg",
                             "threads-cifar10.svg",
                             "instruction-sets-cifar10.svg",
                             "compile.svg",
                             "limits.svg"})
        CHECK_MESSAGE(files.contains(name), name);
    for (const auto& [name, bytes] : files) {
        CAPTURE(name);
        if (name.ends_with(".svg")) CHECK(unbalanced(bytes) == "");
        CHECK_FALSE(mentions(bytes, "not finite"));
    }
    const std::string& page = files.at("index.html");
    CHECK(unbalanced(page, {"meta", "link"}) == "");
    CHECK(repeated_ids(page).empty());
    CHECK_FALSE(mentions(page, "Not measured:"));
    CHECK_FALSE(mentions(page, "src="));
    CHECK(mentions(page, "A Processor &lt;9000&gt;", "prefers-color-scheme: dark"));
}

TEST_CASE("the charts show the figures") {
    const TemporaryFolder folder;
    made_up::put_everything(folder);
    const auto files = report_of(folder);
    CHECK(mentions(files.at("cost.svg"), "60.0 ms, +50.0 %", "40.0 ms<", "44.0 ms, +10.0 %", "convolution"));
    CHECK(mentions(files.at("peers.svg"), "44.0 ms, 4.5×", "torch channels_last", "220 ms"));
    CHECK(mentions(files.at("peers-networks-train.svg"), "the experiment&#39;s network, group norm", "4.50×, 198 ms",
                   "ResNet-18, batch norm", "0.50×, 1,350 ms"));
    CHECK(mentions(files.at("kernels-cifar10.svg"), "3×32×32 → 16×30×30, 3×3", "83 %, 83.0 GFLOP/s"));
    CHECK(mentions(files.at("kernels-model-cifar10.svg"), "4.0 µs", "5.0 µs, 1.25 of the model"));
    CHECK(mentions(files.at("kernels-bandwidth.svg"), "42 %, 42.0 GB/s", "77 %, 77.0 GB/s"));
    CHECK(mentions(files.at("threads-cifar10.svg"), "6,400 /s, 1.98×"));
    CHECK(mentions(files.at("instruction-sets-cifar10.svg"), "SSE2 (x86-64)", "50.0 %, 20.0 ms"));
    CHECK(mentions(files.at("compile.svg"), "45.0 s, 1.50 GB, 12 units"));
    CHECK(mentions(files.at("memory.svg"), ">1,024<", ">64<", ">1,000<"));
}

TEST_CASE("the bars as text and as Markdown") {
    const TemporaryFolder folder;
    made_up::put_everything(folder);
    const auto files = report_of(folder);
    CHECK(mentions(files.at("bars.txt"), "A Processor <9000>", "met?", "4.50×", "not measured", " of 29 bars met, "));
    CHECK(mentions(files.at("bars.md"), "| what | measured | bar | aim | met? |\n|---|---:|",
                   "| cost over none, group | 10.0 % | ≤ 12 % | ≤ 6 % | ✓ yes |"));
}

TEST_CASE("norma beside PyTorch as Markdown: a row for each network, a dash for what was not measured") {
    const TemporaryFolder folder;
    made_up::put_everything(folder);
    const auto files = report_of(folder);
    CHECK(
        mentions(files.at("peers.md"), "A Processor <9000>", "PyTorch 2.1.0",
                 "| the experiment's network, group norm | 37,108 | 37,108,000 | 44.0 | 198 | 4.50× | 5.00 | 10.0 | "
                 "2.00× | 0.200 | 0.500 | 2.50× |\n| ResNet-18, batch norm | 11,173,962 |",
                 "| training step, ms | norma | PyTorch | PyTorch ÷ norma | PyTorch bf16 | PyTorch bf16 ÷ norma |",
                 "| the experiment's network, group norm | 44.0 | 198 | 4.50× (4.50–4.50) | 66.0 | 1.50× (1.50–1.50) |",
                 "| ResNet-18, batch norm | 2,700 | 2,430 | 0.90× (0.90–0.90) | 1,350 | 0.50× (0.50–0.50) |",
                 "| inference, ms | norma |",
                 "| the experiment's network, group norm | 5.00 | 10.0 | 2.00× (2.00–2.00) | – | – |"));
}

TEST_CASE("norma in bf16 has columns of its own, where it was measured") {
    const TemporaryFolder folder;
    made_up::put(
        folder, "peers_airbench",
        made_up::file(
            {made_up::entry(
                 "train/airbench/batch", 300, "ms",
                 {{"norma", 0.3}, {"norma bf16", 0.15}, {"torch contiguous", 0.45}, {"torch bf16 contiguous", 0.18}}),
             made_up::entry("infer/airbench/batch", 100, "ms", {{"norma", 0.1}, {"torch contiguous", 0.1}}),
             made_up::entry("train/vgg11/batch", 100, "ms", {{"norma", 0.1}, {"torch bf16 contiguous", 0.1}})}));
    const auto files = report_of(folder);
    CHECK(
        mentions(files.at("peers.md"),
                 "| network | parameters | multiply-adds | step, ms: norma | PyTorch | ratio | step bf16, ms: norma | "
                 "PyTorch bf16 | ratio | inference, ms: norma | PyTorch | ratio | single",
                 "| airbench, batch norm | – | – | 300 | 450 | 1.50× | 150 | 180 | 1.20× | 100 | 100 | 1.00× | – |",
                 "| vgg11, batch norm | – | – | 100 | – | – | – | 100 | 1.00× | – |",
                 "| training step, ms | norma | PyTorch | PyTorch ÷ norma | norma bf16 | norma ÷ norma bf16 | "
                 "PyTorch bf16 | PyTorch bf16 ÷ norma bf16 |",
                 "| airbench, batch norm | 300 | 450 | 1.50× (1.50–1.50) | 150 | 2.00× (2.00–2.00) | 180 | "
                 "1.20× (1.20–1.20) |",
                 "| inference, ms | norma | PyTorch | PyTorch ÷ norma | PyTorch bf16 | PyTorch bf16 ÷ norma |"));
    CHECK(mentions(files.at("peers-networks-train.svg"), "1.20×, 180 ms"));
}

TEST_CASE("an empty folder: a page that says what is missing, and no chart") {
    const TemporaryFolder folder;
    const auto files = report_of(folder);
    CHECK(files.size() == 3);
    const std::string& page = files.at("index.html");
    CHECK(unbalanced(page, {"meta", "link"}) == "");
    CHECK(mentions(page, "Not measured: step.json is not in the folder", "Not measured: peers_&lt;network&gt;.json",
                   "Not measured: kernels.json", "Not measured: norms.json", "Not measured: compile_time.json",
                   "Not measured: peak.json", "./dev bench"));
    CHECK_FALSE(mentions(page, "<svg"));
}

TEST_CASE("without PyTorch the page shows norma only, and says so") {
    const TemporaryFolder folder;
    made_up::put(folder, "peers_cifar10",
                 made_up::file({made_up::entry("train/cifar10/none", 20, "ms", {{"norma", 0.02}})}));
    const auto files = report_of(folder);
    CHECK(files.contains("peers.svg"));
    CHECK(mentions(files.at("index.html"), "Not measured: PyTorch"));
}

TEST_CASE("files without benchmarks, or with unexpected names or figures, do no harm") {
    const TemporaryFolder folder;
    for (const char* name : {"peak", "kernels", "norms", "step", "step_x86-64", "peers_x", "compile_time"})
        made_up::put(folder, name, made_up::file({}));
    CHECK(report_of(folder).size() == 3);
    for (const char* name : {"peak", "kernels", "norms", "step", "step_x86-64", "peers_x", "compile_time"})
        made_up::put(
            folder, name,
            made_up::file({made_up::entry("train", 1, "ms"), made_up::entry("norm/x/y/batch:0/forward", 0, "ms"),
                           made_up::entry("train/cifar10/none/batch:128/threads:2", 0, "ms"),
                           made_up::entry("train/cifar10/none", 0, "ms", {{"norma", 0}, {"torch contiguous", 1}}),
                           made_up::entry("train/new/none", 0, "ms", {{"torch bf16", 0}}),
                           made_up::entry("memory/cifar10/none/batch:0", 0, "ms", {{"peak_bytes", 0}}),
                           made_up::entry("norm/group/16x3x3/batch:0/forward", 0, "ms", {{"ns_per_element", 0.25}}),
                           made_up::entry("convolution/a b/c/forward", 0, "ms", {{"gflops", 3}})}));
    for (const auto& [name, bytes] : report_of(folder)) {
        CAPTURE(name);
        CHECK_FALSE(mentions(bytes, "nan"));
        CHECK_FALSE(mentions(bytes, "=\"inf"));
    }
}

TEST_CASE("a benchmark that failed is shown") {
    const TemporaryFolder folder;
    nlohmann::json failed = made_up::entry("train/a", 0, "ms");
    failed["error_occurred"] = true;
    failed["error_message"] = "the loss is not a number";
    made_up::put(folder, "step", made_up::file({failed}));
    CHECK(mentions(report_of(folder).at("index.html"), "step.json: train/a: the loss is not a number"));
}

TEST_CASE("the report is written into the folder") {
    const TemporaryFolder folder;
    made_up::put_everything(folder);
    const Measurements all = read_measurements(folder.path());
    write_report(all, folder.path());
    for (const auto& [name, bytes] : render_report(all)) {
        const auto written = read_file(folder / name);
        CHECK_MESSAGE(std::string(written.begin(), written.end()) == bytes, name);
    }
    CHECK_THROWS_AS(write_report(all, folder / "nowhere"), FileError);
}

}  // namespace page_test
