#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// Writes a pickle instruction by instruction, as Python 2 wrote the files of cifar-10-batches-py (protocol 2).
class PickleWriter {
public:
    std::vector<std::uint8_t> bytes{0x80, 2};

    PickleWriter& code(int instruction) {
        bytes.push_back(static_cast<std::uint8_t>(instruction));
        return *this;
    }
    PickleWriter& raw(const std::string& text) {
        bytes.insert(bytes.end(), text.begin(), text.end());
        return *this;
    }
    /// A little-endian number.
    PickleWriter& number(std::uint64_t value, int size) {
        for (int i = 0; i < size; ++i) code(static_cast<int>(value >> (8 * i) & 0xff));
        return *this;
    }
    PickleWriter& keep() { return kept_ < 256 ? code('q').number(kept_++, 1) : code('r').number(kept_++, 4); }
    PickleWriter& text(const std::string& content) { return code('U').number(content.size(), 1).raw(content).keep(); }
    PickleWriter& integer(std::uint64_t value) {
        return value < 256 ? code('K').number(value, 1) : code('M').number(value, 2);
    }
    PickleWriter& function(const std::string& module, const std::string& name) {
        return code('c').raw(module + "\n" + name + "\n").keep();
    }
    PickleWriter& integers(const std::vector<int>& values) {
        code(']').keep().code('(');
        for (const int value : values) integer(static_cast<std::uint64_t>(value));
        return code('e');
    }
    PickleWriter& texts(const std::vector<std::string>& values) {
        code(']').keep().code('(');
        for (const std::string& value : values) text(value);
        return code('e');
    }
    /// A NumPy array with `rows` rows.
    PickleWriter& array(std::size_t rows, std::size_t columns, const std::vector<std::uint8_t>& content,
                        const std::string& type = "u1", bool fortran = false) {
        function("numpy.core.multiarray", "_reconstruct").function("numpy", "ndarray");
        integer(0).code(0x85).keep().text("b").code(0x87).keep().code('R').keep();
        code('(').integer(1).integer(rows).integer(columns).code(0x86).keep();
        function("numpy", "dtype").text(type).integer(0).integer(1).code(0x87).keep().code('R').keep();
        code('(').integer(3).text("|").code('N').code('N').code('N');
        code('J').number(0xffffffffu, 4).code('J').number(0xffffffffu, 4).integer(0).code('t').keep().code('b');
        code(fortran ? 0x88 : 0x89);
        code('T').number(content.size(), 4);
        bytes.insert(bytes.end(), content.begin(), content.end());
        return code('t').keep().code('b');
    }

private:
    std::uint64_t kept_ = 1;
};

/// A file of the Python version, with its entries in the order of the official files; `key` is "labels" or
/// "fine_labels".
inline std::vector<std::uint8_t> pickled_batch(const std::vector<int>& labels, const std::vector<std::uint8_t>& images,
                                               const std::string& key = "labels") {
    PickleWriter to;
    to.code('}').keep().code('(');
    to.text("batch_label").text("training batch 1 of 5");
    to.text(key).integers(labels);
    to.text("data").array(labels.size(), 3072, images);
    to.text("filenames").texts(std::vector<std::string>(labels.size(), "leptodactylus_pentadactylus_s_000004.png"));
    return to.code('u').code('.').bytes;
}
