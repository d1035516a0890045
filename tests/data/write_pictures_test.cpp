#include "norma/data/write_pictures.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "../support/message.hpp"
#include "../support/png.hpp"
#include "../support/temporary_folder.hpp"
#include "norma/data/mapped_dataset.hpp"

namespace write_pictures_test {

using namespace norma;

TEST_CASE("the file has the samples of the decoded folder; a picture that cannot be read leaves no file") {
    const TemporaryFolder folder, to;
    for (int i = 0; i < 40; ++i) {
        const std::vector<std::uint8_t> pixels(20, static_cast<std::uint8_t>(i));
        folder.put((i % 3 == 0 ? "ant/" : "bee/") + std::to_string(i) + ".png", made_png::png(4, 5, 1, pixels));
    }
    ImageFolder pictures(folder.path(), {.height = 4, .width = 4});
    pictures.crop = RandomResizedCrop{};
    Threads threads(1);
    write_mapped(pictures, to / "set", threads);
    const MappedDataset mapped(to / "set");
    const Dataset decoded = pictures.decoded(threads);
    CHECK(mapped.size() == 40);
    CHECK(mapped.class_names == std::vector<std::string>{"ant", "bee"});
    CHECK(mapped.mean == pictures.mean);
    CHECK(std::vector<std::uint8_t>(mapped.values(0), mapped.values(40)) == decoded.pixels);
    for (std::size_t i = 0; i < 40; ++i) CHECK(mapped.target(i) == pictures.target(i));

    folder.put("bee/38.png", {1, 2, 3});
    CHECK(mentions(message_of<FileError>([&] { write_mapped(pictures, to / "other", threads); }), "38.png", "PNG"));
    CHECK(to.count() == 1);
}

}  // namespace write_pictures_test
