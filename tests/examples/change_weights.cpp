// Copies a safetensors file with one thing changed: change_weights HOW FROM TO, where HOW is
//   strip    without its metadata, as other programs write it
//   nan      the first number of a weight is NaN
//   few      the metadata has one class only
//   network  they are for the network resnet56
//   cifar94  they are for the network of cifar94
//   steers   the name of the first class would clear a terminal
#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "norma/core/file.hpp"
#include "norma/io/safetensors.hpp"

int main(int count, char** arguments) {
    using namespace norma;
    if (count != 4) return 2;
    const std::string how = arguments[1];
    std::vector<std::uint8_t> file = read_file(arguments[2]);
    Safetensors content = read_safetensors(std::as_bytes(std::span(file)));
    if (how == "strip") content.metadata.clear();
    if (how == "nan") {
        const std::span<const std::byte> weight = content.tensors.begin()->second.bytes;
        const auto at = reinterpret_cast<const std::uint8_t*>(weight.data()) - file.data();
        std::fill_n(file.begin() + at, 4, std::uint8_t{0xFF});
    }
    if (how == "network" || how == "cifar94") {
        const std::string other = how == "network" ? "resnet56" : how;
        const std::string name = "\"network\":\"cifar10\"";
        for (auto& [key, text] : content.metadata)
            if (const std::size_t at = text.find(name); at != std::string::npos)
                text.replace(at, name.size(), "\"network\":\"" + other + "\"");
    }
    if (how == "few" || how == "steers") {
        for (auto& [key, text] : content.metadata) {
            const std::size_t begin = text.find("\"classes\":[") + 11, end = text.find(how == "few" ? ']' : ',', begin);
            if (end != std::string::npos) text.replace(begin, end - begin, "\"\\u001b[2J\"");
        }
    }
    write_file_atomically(arguments[3], write_safetensors(content));
}
