#pragma once

#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "norma/core/error.hpp"
#include "norma/core/finite.hpp"
#include "norma/core/printable.hpp"
#include "norma/core/target.hpp"
#include "norma/training/history.hpp"

/// The history of a training as JSON. A number is written with the fewest digits that read back to the same double.
/// JSON has no numbers that are not finite: they are written as the strings "NaN", "Infinity" and "-Infinity", and read
/// back from these, never as null. (A NaN's payload is lost.) For a file from an unknown source use `read_history`
/// (io/read_history.hpp), which checks more.
namespace norma::inline NORMA_TARGET {

/// The number, or one of the three strings above.
template <class Json = nlohmann::ordered_json>
Json json_number(double value) {
    if (is_nan(value)) return "NaN";
    if (!is_finite(value)) return value > 0 ? "Infinity" : "-Infinity";
    return value;
}

/// The array of `json_number`s.
template <class Json = nlohmann::ordered_json>
Json json_numbers(const std::vector<double>& values) {
    Json array = Json::array();
    for (const double value : values) array.push_back(json_number<Json>(value));
    return array;
}

namespace detail {

// Bytes that are not UTF-8 (in a file name on the command line, for instance) become U+FFFD; by default dump() throws.
template <class Json>
std::string on_one_line(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <class Json>
double number_from_json(const Json& json, std::string_view what) {
    if (json.is_number()) return json.template get<double>();
    if (json == "NaN") return std::numeric_limits<double>::quiet_NaN();
    if (json == "Infinity") return std::numeric_limits<double>::infinity();
    if (json == "-Infinity") return -std::numeric_limits<double>::infinity();
    raise<DataError>("JSON: " + std::string(what) + " is " + printable(on_one_line(json)) +
                     ", expected a number, or \"NaN\", \"Infinity\" or \"-Infinity\"");
}

template <class Json>
const Json& member_of(const Json& json, const char* name) {
    if (!json.is_object())
        raise<DataError>("JSON: found " + std::string(json.type_name()) + ", expected an object with the member \"" +
                         name + "\"");
    const auto found = json.find(name);
    if (found == json.end())
        raise<DataError>("JSON: the member \"" + std::string(name) +
                         "\" is missing; was the file written by another version?");
    return *found;
}

template <class Json>
void read_number(const Json& json, const char* name, double& value) {
    value = number_from_json(member_of(json, name), "\"" + std::string(name) + "\"");
}

template <class Json>
void read_numbers(const Json& json, const char* name, std::vector<double>& values) {
    const Json& array = member_of(json, name);
    if (!array.is_array())
        raise<DataError>("JSON: \"" + std::string(name) + "\" is " + array.type_name() + ", expected an array");
    values.clear();
    for (const Json& entry : array)
        values.push_back(number_from_json(entry, std::string(name) + "[" + std::to_string(values.size()) + "]"));
}

}  // namespace detail

/// One epoch as an object whose members are named as in `EpochRecord`; `metrics` is an object, if there are any.
template <class Json>
void to_json(Json& json, const EpochRecord& record) {
    json = Json::object();
    json["epoch"] = record.epoch;
    for (const auto& figure : detail::epoch_figures) json[figure.name] = json_number<Json>(record.*figure.value);
    for (const NamedFigure& metric : record.metrics) json["metrics"][metric.name] = json_number<Json>(metric.value);
}

/// Throws `DataError` that names the member, if one is missing or not a number; other members are ignored. `metrics`
/// may be missing.
template <class Json>
void from_json(const Json& json, EpochRecord& record) {
    const Json& epoch = detail::member_of(json, "epoch");
    if (!epoch.is_number_integer() || epoch < 0 || epoch > std::numeric_limits<int>::max())
        raise<DataError>("JSON: \"epoch\" is " + printable(detail::on_one_line(epoch)) +
                         ", expected a whole number from 0 to " + std::to_string(std::numeric_limits<int>::max()));
    record.epoch = epoch.template get<int>();
    for (const auto& figure : detail::epoch_figures) detail::read_number(json, figure.name, record.*figure.value);
    record.metrics.clear();
    if (!json.contains("metrics")) return;
    const Json& metrics = json["metrics"];
    if (!metrics.is_object())
        raise<DataError>("JSON: \"metrics\" is " + std::string(metrics.type_name()) + ", expected an object");
    for (auto metric = metrics.begin(); metric != metrics.end(); ++metric) {
        detail::add_metric(record, metric.key(),
                           detail::number_from_json(*metric, "\"metrics." + printable(metric.key()) + "\""));
    }
}

/// The three figures after recalibration, named as in `RecalibratedRecord`.
template <class Json>
void to_json(Json& json, const RecalibratedRecord& record) {
    json = Json::object();
    for (const auto& figure : detail::recalibrated_figures) json[figure.name] = json_number<Json>(record.*figure.value);
}

/// Throws `DataError` as for `EpochRecord`.
template <class Json>
void from_json(const Json& json, RecalibratedRecord& record) {
    for (const auto& figure : detail::recalibrated_figures) {
        detail::read_number(json, figure.name, record.*figure.value);
    }
}

/// `{"epochs": […], "batch_loss": […], "batch_accuracy": […], "recalibrated": {…}}`; without `recalibrated` if the
/// running statistics were not estimated again.
template <class Json>
void to_json(Json& json, const History& history) {
    json = Json::object();
    json["epochs"] = history.epochs;
    if (history.recalibrated) json["recalibrated"] = *history.recalibrated;
    json["batch_loss"] = json_numbers<Json>(history.batch_loss);
    json["batch_accuracy"] = json_numbers<Json>(history.batch_accuracy);
}

/// Throws `DataError` as for `EpochRecord`.
template <class Json>
void from_json(const Json& json, History& history) {
    const Json& epochs = detail::member_of(json, "epochs");
    if (!epochs.is_array())
        raise<DataError>("JSON: \"epochs\" is " + std::string(epochs.type_name()) + ", expected an array");
    history = {};
    for (const Json& epoch : epochs) history.epochs.push_back(epoch.template get<EpochRecord>());
    if (json.contains("recalibrated")) history.recalibrated = json["recalibrated"].template get<RecalibratedRecord>();
    detail::read_numbers(json, "batch_loss", history.batch_loss);
    detail::read_numbers(json, "batch_accuracy", history.batch_accuracy);
}

namespace detail {

template <class Json>
void append_readable(std::string& text, const Json& json, std::size_t depth, bool in_array) {
    bool flat = true;
    for (const Json& entry : json) flat = flat && !entry.is_structured();
    if (!json.is_structured() || json.empty() || (flat && (json.is_array() || in_array))) {
        text += on_one_line(json);
        return;
    }
    const std::string line_end = '\n' + std::string(depth, ' ');
    text += json.is_array() ? '[' : '{';
    for (auto entry = json.begin(); entry != json.end(); ++entry) {
        text += (entry == json.begin() ? "" : ",") + line_end + ' ';
        if (json.is_object()) text += on_one_line(Json(entry.key())) + ": ";
        append_readable(text, *entry, depth + 1, json.is_array());
    }
    text += line_end + (json.is_array() ? ']' : '}');
}

}  // namespace detail

/// The value as indented text. An array without arrays or objects in it is on one line, and so is such an object inside
/// an array: thousands of numbers do not take thousands of lines.
template <class Json>
std::string readable_json(const Json& json) {
    std::string text;
    detail::append_readable(text, json, 0, false);
    return text + '\n';
}

}  // namespace norma::inline NORMA_TARGET
