#include "report/reading.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string_view>

#include <nlohmann/json.hpp>

#include "norma/core/error.hpp"
#include "norma/core/file.hpp"
#include "support/median.hpp"

namespace norma::bench {
namespace {

using Json = nlohmann::json;

constexpr std::array file_names{"peak", "kernels", "norms", "step", "step_x86-64-v3", "step_x86-64", "compile_time"};

constexpr std::string_view remedy = "; measure again (./dev bench), or delete the file to make the report without it";

[[noreturn]] void refuse(const std::string& place, const std::string& what) {
    raise<DataError>(place + ": " + what + std::string(remedy));
}

/// A value as JSON, cut if it is long.
std::string brief(const Json& value) {
    const std::string text = value.dump();
    return text.size() <= 60 ? text : text.substr(0, 60) + "…";
}

/// The repetitions of one benchmark, before their median is taken.
struct Repetitions {
    std::size_t position = 0;
    std::string label;
    std::vector<double> seconds;
    std::map<std::string, std::vector<double>> counters;
};

/// A member that must be there, and of a given kind.
template <class Is>
const Json& member(const Json& json, const char* name, const std::string& place, const char* kind, const Is& is) {
    const auto found = json.find(name);
    if (found == json.end()) refuse(place, "\"" + std::string(name) + "\" is missing, expected " + kind);
    if (!is(*found)) refuse(place, "\"" + std::string(name) + "\" is " + brief(*found) + ", expected " + kind);
    return *found;
}

std::string text_member(const Json& json, const char* name, const std::string& place) {
    return member(json, name, place, "a text", [](const Json& value) { return value.is_string(); });
}

std::string text_or(const std::string& otherwise, const Json& json, const char* name, const std::string& place) {
    return json.contains(name) ? text_member(json, name, place) : otherwise;
}

/// Is a flag there and true?
bool flag(const Json& json, const char* name, const std::string& place) {
    return json.contains(name) &&
           member(json, name, place, "true or false", [](const Json& value) { return value.is_boolean(); });
}

double seconds_of(const Json& entry, const std::string& place) {
    static const std::map<std::string, double> units{{"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1}};
    const double time =
        member(entry, "real_time", place, "a number", [](const Json& value) { return value.is_number(); });
    const std::string unit = member(entry, "time_unit", place, "ns, us, ms or s", [](const Json& value) {
        return value.is_string() && units.contains(value.get<std::string>());
    });
    return time * units.at(unit);
}

/// Does Google Benchmark itself write a number of this name into every entry? All others are counters.
bool is_own_number(std::string_view name) {
    constexpr std::array own{"family_index", "per_family_instance_index",
                             "repetitions",  "repetition_index",
                             "threads",      "iterations",
                             "real_time",    "cpu_time"};
    return std::find(own.begin(), own.end(), name) != own.end();
}

void add_entry(const Json& entry, const std::string& place, std::map<std::string, Repetitions>& all,
               std::vector<std::string>& failures) {
    if (!entry.is_object()) refuse(place, "found " + brief(entry) + ", expected an object");
    if (text_or("iteration", entry, "run_type", place) != "iteration") return;
    const std::string name = plain_name(text_member(entry, entry.contains("run_name") ? "run_name" : "name", place));
    if (flag(entry, "error_occurred", place)) {
        failures.push_back(name + ": " + text_or("no reason given", entry, "error_message", place));
        return;
    }
    Repetitions& repetitions =
        all.try_emplace(name, Repetitions{all.size(), text_or("", entry, "label", place), {}, {}}).first->second;
    repetitions.seconds.push_back(seconds_of(entry, place));
    for (const auto& [key, value] : entry.items())
        if (value.is_number() && !is_own_number(key)) repetitions.counters[key].push_back(value.get<double>());
}

Measured medians(const Repetitions& all) {
    Measured measured;
    const auto [least, greatest] = std::minmax_element(all.seconds.begin(), all.seconds.end());
    measured.label = all.label;
    measured.seconds = median(all.seconds);
    measured.least = *least;
    measured.greatest = *greatest;
    measured.position = all.position;
    measured.repetitions = all.seconds.size();
    for (const auto& [name, values] : all.counters) measured.counters[name] = median(values);
    measured.each = all.counters;
    return measured;
}

std::map<std::string, std::string> read_context(const Json& json, const std::string& place) {
    std::map<std::string, std::string> context;
    const Json& object =
        member(json, "context", place, "an object", [](const Json& value) { return value.is_object(); });
    for (const auto& [key, value] : object.items())
        if (!value.is_structured()) context[key] = value.is_string() ? value.get<std::string>() : value.dump();
    return context;
}

/// The last characters up to a place, on one line.
std::string before(const std::string& text, std::size_t place) {
    const std::size_t length = std::min<std::size_t>(place, 40);
    std::string part = text.substr(place - length, length);
    std::replace_if(
        part.begin(), part.end(), [](char c) { return static_cast<unsigned char>(c) < 32; }, ' ');
    return part;
}

/// Parses the JSON. @throws DataError with the line of the error.
Json parse(const std::string& text, const std::string& place) {
    try {
        return Json::parse(text);
    } catch (const Json::parse_error& error) {
        const std::size_t byte = std::min(error.byte, text.size());
        const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(byte), '\n');
        refuse(place + ", line " + std::to_string(line) + ", byte " + std::to_string(error.byte),
               text.empty() ? "the file is empty"
                            : "is not valid JSON, or is cut off, after \"" + before(text, byte) +
                                  "\" (JSON also has no numbers that are not finite)");
    }
}

BenchmarkFile read_benchmarks(const std::filesystem::path& path) {
    const auto bytes = read_file(path);
    return parse_benchmarks({bytes.begin(), bytes.end()}, path.string());
}

/// Adds the results of one network to those of the others.
void add(const BenchmarkFile& file, BenchmarkFile& all) {
    const std::size_t before = all.results.size();
    for (const auto& [key, value] : file.context) all.context.emplace(key, value);
    for (const auto& [name, measured] : file.results) {
        const auto [added, is_new] = all.results.insert_or_assign(name, measured);
        added->second.position += before;
    }
    all.failures.insert(all.failures.end(), file.failures.begin(), file.failures.end());
}

}  // namespace

std::vector<std::pair<std::string, const Measured*>> Measurements::of(const std::string& file) const {
    std::vector<std::pair<std::string, const Measured*>> list;
    const auto at = files.find(file);
    if (at == files.end()) return list;
    for (const auto& [name, measured] : at->second.results) list.emplace_back(name, &measured);
    std::sort(list.begin(), list.end(),
              [](const auto& a, const auto& b) { return a.second->position < b.second->position; });
    return list;
}

const Measured* Measurements::find(const std::string& file, const std::string& name) const {
    const auto at = files.find(file);
    if (at == files.end()) return nullptr;
    const auto found = at->second.results.find(name);
    return found == at->second.results.end() ? nullptr : &found->second;
}

std::optional<double> Measurements::counter(const std::string& file, const std::string& name,
                                            const std::string& counter) const {
    const Measured* measured = find(file, name);
    if (!measured) return std::nullopt;
    const auto found = measured->counters.find(counter);
    if (found == measured->counters.end()) return std::nullopt;
    return found->second;
}

std::string Measurements::context(const std::string& file, const std::string& key) const {
    const auto at = files.find(file);
    if (at == files.end()) return {};
    const auto found = at->second.context.find(key);
    return found == at->second.context.end() ? std::string() : found->second;
}

std::vector<std::string> name_parts(const std::string& name) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= name.size();) {
        const std::size_t end = std::min(name.find('/', at), name.size());
        parts.push_back(name.substr(at, end - at));
        at = end + 1;
    }
    return parts;
}

std::string plain_name(const std::string& name) {
    constexpr std::array added{
        "real_time", "manual_time", "process_time", "iterations:", "repeats:", "min_time:", "min_warmup_time:"};
    std::string plain;
    for (const std::string& part : name_parts(name))
        if (std::none_of(added.begin(), added.end(), [&](const char* start) { return part.starts_with(start); }))
            plain += (plain.empty() ? "" : "/") + part;
    return plain;
}

BenchmarkFile parse_benchmarks(const std::string& text, const std::string& place) {
    const Json json = parse(text, place);
    if (!json.is_object()) refuse(place, "holds " + std::string(json.type_name()) + ", expected an object");
    BenchmarkFile file;
    file.context = read_context(json, place);
    const Json& entries =
        member(json, "benchmarks", place, "an array", [](const Json& value) { return value.is_array(); });
    std::map<std::string, Repetitions> all;
    for (std::size_t i = 0; i < entries.size(); ++i)
        add_entry(entries[i], place + ", benchmarks[" + std::to_string(i) + "]", all, file.failures);
    for (const auto& [name, repetitions] : all) file.results[name] = medians(repetitions);
    return file;
}

Measurements read_measurements(const std::filesystem::path& folder) {
    if (!std::filesystem::is_directory(folder))
        raise<FileError>(folder.string() +
                         ": there is no such folder; name the folder that ./dev bench has written to");
    Measurements measurements;
    for (const char* name : file_names) {
        const std::filesystem::path path = folder / (std::string(name) + ".json");
        if (!std::filesystem::exists(path)) continue;
        measurements.files[name] = read_benchmarks(path);
    }
    std::set<std::filesystem::path> peers;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with("peers_") && name.ends_with(".json")) peers.insert(entry.path());
    }
    for (const std::filesystem::path& path : peers) add(read_benchmarks(path), measurements.files["peers"]);
    return measurements;
}

}  // namespace norma::bench
