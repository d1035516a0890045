// Copies the tensors of a safetensors file without its metadata, as programs do that know none: strip_metadata FROM TO.
#include <cstdint>
#include <span>
#include <vector>

#include "norma/core/file.hpp"
#include "norma/io/safetensors.hpp"

int main(int count, char** arguments) {
    using namespace norma;
    if (count != 3) return 2;
    const std::vector<std::uint8_t> file = read_file(arguments[1]);
    Safetensors content = read_safetensors(std::as_bytes(std::span(file)));
    content.metadata.clear();
    write_file_atomically(arguments[2], write_safetensors(content));
}
