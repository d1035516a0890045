#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <ranges>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#if !defined(NORMA_GOLDEN_DIR)
#define NORMA_GOLDEN_DIR NORMA_TESTS_DIR "/golden"
#endif

/// Reads the values that PyTorch computed, see `golden/README.md`.
namespace golden {

/// In PyTorch's layout (N×C×H×W, O×I×H×W), row by row. `double` whatever the file holds, so that one reader serves
/// tests in `float` and in `double`.
struct Tensor {
    std::vector<std::int64_t> shape;
    std::vector<double> values;
};

/// One safetensors file of the golden folder: an 8-byte little-endian length, a JSON header of that length, the data.
class File {
public:
    /// `name` without folder and ending, for instance "networks/batch". Throws std::runtime_error that names the file
    /// and what is wrong with it.
    explicit File(const std::string& name) : path_(NORMA_GOLDEN_DIR "/" + name + ".safetensors") {
        static_assert(std::endian::native == std::endian::little, "the data are read as they stand in the file");
        std::ifstream in(path_, std::ios::binary);
        if (!in) fail("cannot be opened; make_golden.py in tests/golden makes it");
        const std::vector<char> bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
        if (bytes.size() < length_bytes) fail("has no header");
        std::uint64_t length = 0;
        std::memcpy(&length, bytes.data(), length_bytes);
        if (length > bytes.size() - length_bytes) fail("ends inside its header");
        const char* const data = bytes.data() + length_bytes + length;
        try {
            const auto header = nlohmann::json::parse(bytes.data() + length_bytes, data);
            for (const auto& [tensor_name, entry] : header.items()) {
                if (tensor_name != "__metadata__") {
                    tensors_[tensor_name] = read(tensor_name, entry, data, bytes.size() - length_bytes - length);
                }
            }
        } catch (const nlohmann::json::exception& e) {
            fail(std::string("has a broken header: ") + e.what());
        }
    }

    /// Throws std::runtime_error that lists the names there are, if `name` is none of them.
    const Tensor& tensor(const std::string& name) const {
        const auto found = tensors_.find(name);
        if (found == tensors_.end()) {
            std::string there;
            for (const auto& [other, tensor] : tensors_) there += " " + other;
            fail("has no tensor " + name + ", only" + there);
        }
        return found->second;
    }

    /// The value of a tensor that holds one.
    double scalar(const std::string& name) const {
        const Tensor& one = tensor(name);
        if (one.values.size() != 1) fail(name + " has " + std::to_string(one.values.size()) + " values, not one");
        return one.values[0];
    }

    bool has(const std::string& name) const { return tensors_.contains(name); }

    std::vector<std::string> names() const {
        std::vector<std::string> all;
        for (const auto& [name, tensor] : tensors_) all.push_back(name);
        return all;
    }

private:
    static constexpr std::size_t length_bytes = 8;

    [[noreturn]] void fail(const std::string& what) const { throw std::runtime_error(path_ + ": " + what); }

    template <class T>
    static std::vector<double> convert(const char* data, std::size_t count) {
        std::vector<T> stored(count);
        if (count > 0) std::memcpy(stored.data(), data, count * sizeof(T));
        std::vector<double> values(count);
        std::ranges::transform(stored, values.begin(), [](T x) { return static_cast<double>(x); });
        return values;
    }

    Tensor read(const std::string& name, const nlohmann::json& entry, const char* data, std::size_t size) const {
        Tensor out{entry.at("shape").get<std::vector<std::int64_t>>(), {}};
        const auto type = entry.at("dtype").get<std::string>();
        const auto begin = entry.at("data_offsets").at(0).get<std::size_t>();
        const auto end = entry.at("data_offsets").at(1).get<std::size_t>();
        std::size_t count = 1;
        for (const std::int64_t extent : out.shape) count *= static_cast<std::size_t>(extent);
        const std::size_t value_bytes = type == "F32" ? sizeof(float) : 8;
        if (begin > end || end > size || end - begin != count * value_bytes) {
            fail(name + " lies at bytes " + std::to_string(begin) + " to " + std::to_string(end) + " of " +
                 std::to_string(size) + ", and its shape needs " + std::to_string(count * value_bytes));
        }
        if (type == "F32") {
            out.values = convert<float>(data + begin, count);
        } else if (type == "F64") {
            out.values = convert<double>(data + begin, count);
        } else if (type == "I64") {
            out.values = convert<std::int64_t>(data + begin, count);
        } else {
            fail(name + " has the type " + type + ", not F32, F64 or I64");
        }
        return out;
    }

    std::string path_;
    std::map<std::string, Tensor> tensors_;
};

/// The measure of every comparison with golden values: max|a − b| / max|b|, where `b` is the reference. Infinite if
/// the sizes differ or `a` holds a value that is not finite, so that a test of "less than" fails.
template <std::ranges::sized_range A, std::ranges::sized_range B>
double relative_error(const A& a, const B& b) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (std::ranges::size(a) != std::ranges::size(b)) return infinity;
    double difference = 0.0;
    double largest = 1e-30;  // so that zeros equal zeros
    auto reference = std::ranges::begin(b);
    for (const auto& x : a) {
        const auto y = static_cast<double>(*reference++);
        const double d = std::abs(static_cast<double>(x) - y);
        if (!std::isfinite(d)) return infinity;
        difference = std::max(difference, d);
        largest = std::max(largest, std::abs(y));
    }
    return difference / largest;
}

}  // namespace golden
