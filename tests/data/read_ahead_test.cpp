#include "norma/data/read_ahead.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "../support/message.hpp"
#include "norma/data/batches.hpp"
#include "norma/data/tensor_dataset.hpp"

namespace read_ahead_test {

using namespace norma;

namespace {

/// Sample i of batch b in epoch e is (100 e + 10 b + i, −1). What the threads do is noted in `seen`.
struct Source {
    struct Seen {
        std::atomic<int> loads{0};
        std::atomic<int> last_batch{-1};  // of those whose loading was begun
        std::atomic<int> bad_batch{-1};   // whose sample 2 cannot be loaded
        std::atomic<int> milliseconds{0};
    };
    struct Batch {
        const Source* owner;
        int number;
        int size() const { return number == 4 ? 1 : 3; }
        int target(int i) const { return number * 3 + i; }
        std::size_t index_of(int i) const { return static_cast<std::size_t>(number * 3 + i); }
        void load(int i, float* out) const {
            Seen& seen = *owner->seen;
            ++seen.loads;
            for (int last = seen.last_batch; number > last && !seen.last_batch.compare_exchange_weak(last, number);) {
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(seen.milliseconds));
            if (number == seen.bad_batch && i == 2)
                throw FileError("picture " + std::to_string(number) + " is damaged");
            out[0] = static_cast<float>(100 * owner->epoch + 10 * number + i);
            out[1] = -1;
        }
    };
    void start_epoch(int e) { epoch = e; }
    std::size_t size() const { return 13; }
    int batch_size() const { return 3; }
    int count() const { return 5; }
    Extent extent() const { return {1, 1, 2}; }
    int classes() const { return 13; }
    std::vector<std::string> settings() const { return {"a setting"}; }
    Batch operator[](int b) const {
        if (b < 0 || b >= count()) throw DataError("there is no batch " + std::to_string(b));
        return {this, b};
    }

    Seen* seen;
    int epoch = 0;
};

float first_of(const ReadAhead<Source>& reader, int batch, int sample) {
    std::array<float, 2> values{};
    reader[batch].load(sample, values.data());
    CHECK(values[1] == -1);
    return values[0];
}

/// A source that tells the type of its numbers, as `Batches` does.
struct Doubles : Source {
    using Scalar = double;
};
static_assert(std::same_as<decltype(ReadAhead(std::declval<Source>()))::Scalar, float>);
static_assert(std::same_as<decltype(ReadAhead(std::declval<Doubles>()))::Scalar, double>);
static_assert(std::same_as<Batches<double, TensorDataset<double>>::Scalar, double>);

}  // namespace

TEST_CASE("the samples are the source's, in every epoch, however many batches and threads are ahead") {
    for (const int batches : {0, 1, 2, 20}) {
        for (const int threads : {1, 3}) {
            CAPTURE(batches);
            CAPTURE(threads);
            Source::Seen seen;
            ReadAhead reader(Source{&seen}, {.batches = batches, .threads = threads});
            CHECK(reader.size() == 13);
            CHECK(reader.batch_size() == 3);
            CHECK(reader.count() == 5);
            CHECK(reader.extent() == Extent{1, 1, 2});
            CHECK(reader.classes() == 13);
            CHECK(reader.settings().at(0) == "a setting");
            for (const int epoch : {0, 1, 5}) {
                reader.start_epoch(epoch);
                for (int b = 0; b < 5; ++b) {
                    const auto batch = reader[b];
                    REQUIRE(batch.size() == (b == 4 ? 1 : 3));
                    for (int i = 0; i < batch.size(); ++i) {
                        CHECK(batch.target(i) == 3 * b + i);
                        CHECK(batch.index_of(i) == std::size_t(3 * b + i));
                        CHECK(first_of(reader, b, i) == float(100 * epoch + 10 * b + i));
                    }
                }
            }
            CHECK(seen.loads == 3 * 13);  // each once an epoch
        }
    }
}

TEST_CASE("no more is read ahead than asked for, and nothing before the first batch is") {
    Source::Seen seen;
    const ReadAhead reader(Source{&seen}, {.batches = 1, .threads = 4});
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    CHECK(seen.loads == 0);
    for (const int b : {0, 1, 2}) {
        reader[b];
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        CHECK(seen.last_batch <= b + 1);
    }
}

TEST_CASE("batches may be asked for in any order, and keep their samples") {
    Source::Seen seen;
    ReadAhead reader(Source{&seen}, {.threads = 2});
    const auto first = reader[3];
    CHECK(first_of(reader, 4, 0) == 40);
    CHECK(first_of(reader, 0, 2) == 2);
    CHECK(first_of(reader, 2, 1) == 21);
    CHECK(first_of(reader, 2, 0) == 20);
    CHECK(first_of(reader, 1, 1) == 11);
    reader.start_epoch(1);
    CHECK(first_of(reader, 1, 1) == 111);
    std::array<float, 2> values{};
    first.load(1, values.data());
    CHECK(values[0] == 31);
}

TEST_CASE("a batch may be kept longer than its reader's window, and the reader may be moved") {
    Source::Seen seen;
    ReadAhead reader(Source{&seen}, {.batches = 1});
    const auto kept = reader[0];
    const ReadAhead moved = std::move(reader);
    for (int b = 1; b < 5; ++b) CHECK(first_of(moved, b, 0) == float(10 * b));
    std::array<float, 2> values{};
    kept.load(2, values.data());
    CHECK(values[0] == 2);
}

TEST_CASE("what the source throws for a sample is thrown when its batch is asked for; the others can be read") {
    Source::Seen seen;
    seen.bad_batch = 2;
    ReadAhead reader(Source{&seen}, {.batches = 3, .threads = 2});
    CHECK(first_of(reader, 0, 1) == 1);
    CHECK(first_of(reader, 1, 1) == 11);
    for (int tries = 0; tries < 2; ++tries) {
        CHECK(message_of<FileError>([&] { reader[2]; }) == "picture 2 is damaged");
    }
    CHECK(first_of(reader, 3, 1) == 31);
    reader.start_epoch(1);
    CHECK(message_of<FileError>([&] { reader[2]; }) == "picture 2 is damaged");
    seen.bad_batch = -1;
    reader.start_epoch(2);
    CHECK(first_of(reader, 2, 2) == 222);
}

TEST_CASE("a batch that there is not is refused as by the source") {
    Source::Seen seen;
    const ReadAhead reader(Source{&seen});
    CHECK(message_of<DataError>([&] { reader[5]; }) == "there is no batch 5");
    CHECK(message_of<DataError>([&] { reader[-1]; }) == "there is no batch -1");
    CHECK(message_of<DataError>([&] { reader[2147483647]; }) == "there is no batch 2147483647");
    CHECK(first_of(reader, 4, 0) == 40);
}

TEST_CASE("it ends, and starts another epoch, while samples are being read") {
    Source::Seen seen;
    seen.milliseconds = 2;
    for (int tries = 0; tries < 3; ++tries) {
        ReadAhead reader(Source{&seen}, {.batches = 4, .threads = 3});
        reader[0];
        reader.start_epoch(tries);
        CHECK(first_of(reader, 1, 0) == float(100 * tries + 10));
    }
    ReadAhead(Source{&seen}).start_epoch(3);  // and without any batch
}

TEST_CASE("of shared batches those samples are read ahead that were loaded of the last batch of the same size") {
    struct Counting : Source {
        struct Batch : Source::Batch {
            std::array<std::atomic<int>, 3>* loads;
            void load(int i, float* out) const {
                ++(*loads)[static_cast<std::size_t>(i)];
                Source::Batch::load(i, out);
            }
        };
        Batch operator[](int b) const { return {Source::operator[](b), loads}; }
        std::array<std::atomic<int>, 3>* loads = nullptr;
    };
    Source::Seen seen;
    std::array<std::atomic<int>, 3> loads{};
    ReadAhead reader(Counting{{&seen}, &loads}, {.batches = 2, .threads = 2, .shared = true});
    std::array<float, 2> values{};
    for (const int epoch : {0, 1}) {
        reader.start_epoch(epoch);
        for (int b = 0; b < 4; ++b) {
            const auto batch = reader[b];
            for (const int i : {1, 2}) {
                batch.load(i, values.data());
                CHECK(values[0] == float(100 * epoch + 10 * b + i));
            }
        }
        reader[4];  // a process may have no sample of a short batch
    }
    CHECK(loads[0] == 0);
    CHECK(loads[1] == 8);
    CHECK(loads[2] == 8);
    reader.start_epoch(2);
    for (const int i : {0, 1, 2}) {  // others are right too
        reader[0].load(i, values.data());
        CHECK(values[0] == float(200 + i));
    }
    reader[1].load(0, values.data());
    CHECK(values[0] == 210);
}

TEST_CASE("options outside their range are refused") {
    Source::Seen seen;
    const auto refusal = [&](const ReadAheadOptions& options) {
        return message_of<OptionError>([&] { ReadAhead(Source{&seen}, options); });
    };
    CHECK(mentions(refusal({.batches = -1}), "batches is -1", "0 to 1024"));
    CHECK(mentions(refusal({.threads = 1025}), "threads is 1025"));
}

}  // namespace read_ahead_test
