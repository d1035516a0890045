#pragma once

#include <algorithm>
#include <atomic>
#include <climits>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/shape.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// How much `ReadAhead` reads ahead.
struct ReadAheadOptions {
    int batches = 2;  ///< kept ready beside the one in use; memory holds so many and one more
    int threads = 0;  ///< that read; 0: as many as the machine has

    /// Do several processes share each batch (`Reducer`), so that this one loads only some neighbouring samples of it?
    /// Then the samples are read ahead that it loaded of the last batch of the same size. Others are read from the
    /// source when they are loaded, before the next `start_epoch`; so are those of the first batch of a size.
    bool shared = false;
};

namespace detail {
/// The type of a source's numbers: its `Scalar`, or `float` if it does not tell.
template <class Source>
struct ScalarOfSource {
    using Type = float;
};
template <class Source>
    requires requires { typename Source::Scalar; }
struct ScalarOfSource<Source> {
    using Type = typename Source::Scalar;
};
}  // namespace detail

/// Reads the batches of another source ahead: threads of its own load the samples of the next batches into memory while
/// the current batch is in use, so that a slow `load` (pictures are decoded, a file is on a disk) is hidden behind the
/// training. It is a source with the same samples in the same order. `Source` is any source of batches whose batches
/// may be loaded by several threads, such as `Batches`, and `T` the type of its numbers: the source's `Scalar` if it
/// has one, else `float`. One thread at a time asks for batches. Memory: (batches + 1) × samples of a batch × size of a
/// sample.
/// @snippet examples_test.cpp MappedDataset
template <class Source, class T = typename detail::ScalarOfSource<Source>::Type>
class ReadAhead {
    using Inner = std::remove_cvref_t<decltype(std::declval<const Source&>()[0])>;

    /// Neighbouring samples of a batch.
    struct Samples {
        int first = INT_MAX;
        int end = 0;
        bool has(int i) const { return first <= i && i < end; }
        int count() const { return std::max(0, end - first); }
    };

    /// A batch of which some samples are being loaded, or are.
    struct Loaded {
        Loaded(Inner taken, int of, Samples ahead) : batch(std::move(taken)), number(of), read(ahead) {}

        Inner batch;
        int number;
        Samples read;  // ahead
        std::unique_ptr<T[]> values;
        int begun = 0;                                                // samples
        int done = 0;                                                 // samples
        std::exception_ptr error = {};                                // of a sample
        mutable std::atomic<int> asked_first{INT_MAX}, asked_end{0};  // samples that were loaded

        bool is_ready() const { return error != nullptr || done == read.count(); }
        void ask(int i) const {
            for (int first = asked_first; i < first && !asked_first.compare_exchange_weak(first, i);) {
            }
            for (int end = asked_end; i >= end && !asked_end.compare_exchange_weak(end, i + 1);) {
            }
        }
    };

public:
    using Scalar = T;  ///< of the numbers of a sample

    /// One batch in memory; cheap to copy. It keeps its samples for as long as it lives; its targets are valid until
    /// the next `start_epoch`.
    class Batch {
    public:
        /// Number of samples.
        int size() const { return loaded_->batch.size(); }
        /// The target of sample `i`, as the source tells it.
        decltype(auto) target(int i) const
            requires requires(const Inner& batch) { batch.target(0); }
        {
            return loaded_->batch.target(i);
        }
        /// Index in the data set of sample `i` of this batch.
        std::size_t index_of(int i) const
            requires requires(const Inner& batch) { batch.index_of(0); }
        {
            return loaded_->batch.index_of(i);
        }
        /// Copies sample `i` to `out` (`=`).
        void load(int i, T* out) const {
            loaded_->ask(i);
            if (!loaded_->read.has(i)) return loaded_->batch.load(i, out);
            const auto at = static_cast<std::size_t>(i - loaded_->read.first);
            std::copy_n(loaded_->values.get() + at * size_of_sample_, size_of_sample_, out);
        }

    private:
        friend class ReadAhead;
        Batch(std::shared_ptr<const Loaded> loaded, std::size_t size_of_sample)
            : loaded_(std::move(loaded)), size_of_sample_(size_of_sample) {}

        std::shared_ptr<const Loaded> loaded_;
        std::size_t size_of_sample_;
    };

    /// Takes the source. Nothing is read before the first batch is asked for.
    /// @throws OptionError if an option is outside its range.
    explicit ReadAhead(Source source, const ReadAheadOptions& options = {})
        : state_(std::make_unique<State>(std::move(source), options)) {}

    /// The source. It is not to be changed while a batch is asked for.
    const Source& source() const { return state_->source; }
    /// Number of samples in all batches of an epoch.
    std::size_t size() const { return static_cast<std::size_t>(source().size()); }
    /// Number of samples in a full batch.
    int batch_size() const { return static_cast<int>(source().batch_size()); }
    /// Number of batches in an epoch.
    int count() const { return static_cast<int>(source().count()); }
    /// Sizes of one sample.
    Extent extent() const { return source().extent(); }
    /// Number of classes, if the source has classes.
    int classes() const
        requires requires(const Source& source) { source.classes(); }
    {
        return static_cast<int>(source().classes());
    }
    /// The settings of the source, if it has any: to read ahead changes no sample.
    auto settings()
        requires requires(Source& source) { source.settings(); }
    {
        return state_->source.settings();
    }

    /// Starts an epoch of the source. What was read ahead is dropped.
    void start_epoch(int epoch) { state_->start_epoch(epoch); }

    /// Batch `b` of the epoch. Waits until it is read, and lets the next ones be read. It is fastest to ask for the
    /// batches in order; any order is possible.
    /// @throws what the source throws, for instance when a sample of this batch cannot be read.
    Batch operator[](int b) const { return {state_->wait_for(b), static_cast<std::size_t>(extent().size())}; }

private:
    class State {
    public:
        State(Source taken, const ReadAheadOptions& options) : source(std::move(taken)), options_(options) {
            constexpr int most = 1024;
            for (const auto& [what, value] :
                 {std::pair{"batches", options.batches}, std::pair{"threads", options.threads}}) {
                if (value >= 0 && value <= most) continue;
                raise<OptionError>(std::string("read ahead: ") + what + " is " + std::to_string(value) +
                                   "; it must be 0 to " + std::to_string(most));
            }
        }
        ~State() {
            {
                const std::lock_guard lock(mutex_);
                stopped_ = true;
                window_.clear();
            }
            work_.notify_all();
            for (std::thread& thread : threads_) thread.join();
        }

        void start_epoch(int epoch) {
            std::unique_lock lock(mutex_);
            window_.clear();
            idle_.wait(lock, [&] { return busy_ == 0; });
            source.start_epoch(epoch);
        }

        std::shared_ptr<const Loaded> wait_for(int b) {
            std::unique_lock lock(mutex_);
            if (threads_.empty()) start_threads();
            if (given_ != nullptr) asked_[given_->batch.size()] = {given_->asked_first, given_->asked_end};
            while (!window_.empty() && window_.front()->number < b) window_.pop_front();
            if (!window_.empty() && window_.front()->number != b) window_.clear();
            if (window_.empty()) window_.push_back(begun(b));
            const int end = std::min(static_cast<int>(source.count()), b + options_.batches + 1);
            for (int k = window_.back()->number + 1; k < end; ++k) {
                auto next = begun(k);
                if (options_.shared && !asked_.contains(next->batch.size())) break;
                window_.push_back(std::move(next));
            }
            work_.notify_all();
            const std::shared_ptr<Loaded> wanted = window_.front();
            ready_.wait(lock, [&] { return wanted->is_ready(); });
            if (wanted->error != nullptr) std::rethrow_exception(wanted->error);
            if (options_.shared) given_ = wanted;
            return wanted;
        }

        Source source;

    private:
        /// A batch to be read. The source refuses a number that there is not.
        std::shared_ptr<Loaded> begun(int number) {
            Inner batch = std::as_const(source)[number];
            Samples read{0, static_cast<int>(batch.size())};
            if (options_.shared) read = asked_.contains(read.end) ? asked_[read.end] : Samples{};
            auto begun = std::make_shared<Loaded>(std::move(batch), number, read);
            begun->values = std::make_unique_for_overwrite<T[]>(static_cast<std::size_t>(read.count()) *
                                                                static_cast<std::size_t>(source.extent().size()));
            return begun;
        }
        void start_threads() {
            const unsigned machine = std::max(1u, std::thread::hardware_concurrency());
            const int count = options_.threads == 0 ? static_cast<int>(std::min(machine, 1024u)) : options_.threads;
            for (int i = 0; i < count; ++i) {
                try {
                    threads_.emplace_back([this] { work(); });
                } catch (const std::system_error& error) {
                    if (threads_.empty())
                        raise<Error>(std::string("read ahead: no thread can be started: ") + error.what());
                    return;  // fewer will do
                }
            }
        }
        void work() {
            std::unique_lock lock(mutex_);
            for (;;) {
                std::shared_ptr<Loaded> batch;
                work_.wait(lock, [&] { return stopped_ || (batch = first_with_work()) != nullptr; });
                if (stopped_) return;
                // Several samples at a time, so that small ones are not slower than the lock.
                const int first = batch->begun, count = batch->read.count();
                const int end = std::min(count, first + std::max(1, count / 32));
                batch->begun = end;
                ++busy_;
                lock.unlock();
                std::exception_ptr error;
                try {
                    const auto size_of_sample = static_cast<std::size_t>(source.extent().size());
                    for (int i = first; i < end; ++i) {
                        batch->batch.load(batch->read.first + i,
                                          batch->values.get() + static_cast<std::size_t>(i) * size_of_sample);
                    }
                } catch (...) {
                    error = std::current_exception();
                }
                lock.lock();
                batch->done += end - first;
                if (error != nullptr && batch->error == nullptr) batch->error = std::move(error);
                if (batch->is_ready()) ready_.notify_all();
                if (--busy_ == 0) idle_.notify_all();
            }
        }
        std::shared_ptr<Loaded> first_with_work() const {
            for (const auto& batch : window_) {
                if (batch->begun < batch->read.count() && batch->error == nullptr) return batch;
            }
            return nullptr;
        }

        ReadAheadOptions options_;
        std::mutex mutex_;                             // for all below
        std::condition_variable work_, ready_, idle_;  // there is work; a batch is ready; no sample is being read
        std::deque<std::shared_ptr<Loaded>> window_;   // consecutive batches
        std::shared_ptr<const Loaded> given_;          // last, if it is shared
        std::map<int, Samples> asked_;                 // of the last batch of each size
        std::vector<std::thread> threads_;
        int busy_ = 0;
        bool stopped_ = false;
    };

    std::unique_ptr<State> state_;
};

}  // namespace norma::inline NORMA_TARGET
