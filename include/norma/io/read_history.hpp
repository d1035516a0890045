#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "norma/core/printable.hpp"
#include "norma/core/target.hpp"
#include "norma/io/json_scanner.hpp"
#include "norma/io/json_string.hpp"
#include "norma/training/history.hpp"

namespace norma::inline NORMA_TARGET {

namespace detail {

/// Reads a history from JSON in one pass.
class HistoryReader {
public:
    HistoryReader(std::string_view json, std::string_view name)
        : scanner_(json, std::string(name) + ": the history", levels) {}

    History read() {
        History history;
        constexpr std::array names{"epochs", "batch_loss", "batch_accuracy", "recalibrated"};
        object("", names, 3, [&](std::size_t i) {
            if (i == 0) return read_epochs(history.epochs);
            if (i == 1) return read_numbers(names[i], history.batch_loss);
            if (i == 2) return read_numbers(names[i], history.batch_accuracy);
            figures("recalibrated.", recalibrated_figures, history.recalibrated.emplace());
        });
        scanner_.end();
        return history;
    }

private:
    static constexpr int levels = 16;                 // a history has four; other members of the file may have more
    static constexpr std::size_t most_metrics = 100;  // of an epoch, so that the time is in proportion to the text

    /// Reads an object whose members are `names`, each at most once and the first `required` always. Calls `take(i)`
    /// for member i, which must read the value. Other members are skipped. Messages put `where` before a member's name.
    template <std::size_t Names, class Take>
    void object(const std::string& where, const std::array<const char*, Names>& names, std::size_t required,
                const Take& take) {
        if (scanner_.next() != '{') {
            scanner_.refuse("has " + std::string(scanner_.kind()) + ", expected an object with the member \"" + where +
                            names[0] + "\"");
        }
        std::array<bool, Names> seen{};
        scanner_.object([&](const JsonString& key) {
            for (std::size_t i = 0; i < Names; ++i) {
                if (key != names[i]) continue;
                if (std::exchange(seen[i], true)) scanner_.refuse("has the member \"" + where + names[i] + "\" twice");
                return take(i);
            }
            scanner_.value();
        });
        for (std::size_t i = 0; i < required; ++i) {
            if (seen[i]) continue;
            scanner_.refuse("has no member \"" + where + names[i] + "\"; was it written by another version?");
        }
    }

    /// Reads an object into the figures of `record`, and into `Record::epoch` if there is one.
    template <class Record, std::size_t Count>
    void figures(const std::string& where, const std::array<Figure<Record>, Count>& all, Record& record) {
        constexpr bool has_epoch = requires { record.epoch; };
        std::array<const char*, Count + (has_epoch ? 2 : 0)> names{};
        for (std::size_t i = 0; i < Count; ++i) names[i] = all[i].name;
        if constexpr (has_epoch) {
            names[Count] = "epoch";
            names[Count + 1] = "metrics";  // not required
        }
        object(where, names, Count + (has_epoch ? 1 : 0), [&](std::size_t i) {
            if (i < Count) {
                record.*all[i].value = read_number(where + names[i]);
            } else if constexpr (has_epoch) {
                if (i == Count) {
                    record.epoch = read_epoch(where + names[i]);
                } else {
                    read_metrics(where + names[i], record);
                }
            }
        });
    }
    void read_metrics(const std::string& member, EpochRecord& record) {
        if (scanner_.next() != '{') {
            scanner_.refuse("has " + std::string(scanner_.kind()) + " as \"" + member + "\", expected an object");
        }
        scanner_.object([&](const JsonString& key) {
            std::string name = key.text();
            const std::string place = member + "." + printable(name);
            if (std::ranges::binary_search(record.metrics, name, {}, &NamedFigure::name)) {
                scanner_.refuse("has the member \"" + place + "\" twice");
            }
            if (record.metrics.size() == most_metrics) {
                scanner_.refuse("has more than " + std::to_string(most_metrics) + " members in \"" + member + "\"");
            }
            const double value = read_number(place);
            add_metric(record, std::move(name), value);
        });
    }

    void expect_array(const std::string& member) {
        if (scanner_.next() != '[') {
            scanner_.refuse("has " + std::string(scanner_.kind()) + " as \"" + member + "\", expected an array");
        }
    }
    void read_epochs(std::vector<EpochRecord>& epochs) {
        expect_array("epochs");
        scanner_.list([&] {
            const std::string where = "epochs[" + std::to_string(epochs.size()) + "].";
            figures(where, epoch_figures, epochs.emplace_back());
        });
    }
    void read_numbers(const std::string& member, std::vector<double>& values) {
        expect_array(member);
        // Counts first, to reserve: a growing vector needs its memory twice while it moves, and a double already takes
        // four times the memory of the shortest number in the text.
        std::size_t count = 0;
        JsonScanner ahead = scanner_;
        ahead.list([&] {
            ahead.value();
            ++count;
        });
        values.reserve(count);
        scanner_.list([&] { values.push_back(read_number(member, values.size())); });
    }

    double read_number(const std::string& member, std::optional<std::size_t> at = std::nullopt) {
        const std::string_view json = scanner_.value();
        if (json == "\"NaN\"") return std::numeric_limits<double>::quiet_NaN();
        if (json == "\"Infinity\"") return std::numeric_limits<double>::infinity();
        if (json == "\"-Infinity\"") return -std::numeric_limits<double>::infinity();
        const bool is_number = json.find_first_not_of("-+.eE0123456789") == std::string_view::npos;
        const auto refuse = [&](const char* expected) {
            scanner_.refuse("has " + printable(json) + " as \"" + member + (at ? "[" + std::to_string(*at) + "]" : "") +
                            "\", expected " + expected);
        };
        if (!is_number) refuse("a number, or \"NaN\", \"Infinity\" or \"-Infinity\"");
        double value = 0;
        try {
            value = nlohmann::json::parse(json).get<double>();
        } catch (const nlohmann::json::exception&) {
            refuse("a number that a double can hold");
        }
        return value;
    }
    int read_epoch(const std::string& member) {
        const std::string_view json = scanner_.value();
        const std::optional<std::uint64_t> number = whole_number(json);
        if (!number || *number > std::uint64_t{std::numeric_limits<int>::max()}) {
            scanner_.refuse("has " + printable(json) + " as \"" + member + "\", expected a whole number from 0 to " +
                            std::to_string(std::numeric_limits<int>::max()));
        }
        return static_cast<int>(*number);
    }

    JsonScanner scanner_;
};

}  // namespace detail

/// Reads a history from JSON text, as `to_json` (io/json.hpp) writes it. The text may come from an unknown source:
/// reading takes time in proportion to it, and little more memory than the history. Members that a history does not
/// have are skipped. Every message begins with `name`.
/// @throws DataError if the text is not valid JSON, begins with a byte-order mark, does not end after the history, or
/// has more than 16 levels; if a member of the history is missing, there twice or of another kind; if an epoch has
/// more than 100 `metrics`; or if a double cannot hold a number.
inline History read_history(std::string_view json, std::string_view name = "JSON") {
    return detail::HistoryReader(json, name).read();
}

}  // namespace norma::inline NORMA_TARGET
