#include "norma/training/target.hpp"

#include <doctest/doctest.h>

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace target_test {

using namespace norma;

TEST_CASE("target: what is a class, numbers, and classes of pixels") {
    enum class Animal { cat, dog };
    CHECK(std::convertible_to<Animal, ClassTarget>);
    CHECK(std::convertible_to<unsigned char, ClassTarget>);
    CHECK(std::convertible_to<std::span<const float>, ClassTarget>);
    CHECK_FALSE(std::convertible_to<float, ClassTarget>);
    CHECK(std::convertible_to<double, NumberTarget>);
    CHECK(std::convertible_to<const std::vector<float>&, NumberTarget>);
    CHECK_FALSE(std::convertible_to<std::vector<float>, NumberTarget>);  // its numbers would be gone
    CHECK_FALSE(std::convertible_to<int, NumberTarget>);
    CHECK_FALSE(std::convertible_to<std::span<const double>, NumberTarget>);
    CHECK(std::convertible_to<std::span<std::uint16_t>, PixelTarget>);
    CHECK(std::convertible_to<const std::array<int, 4>&, PixelTarget>);
    CHECK_FALSE(std::convertible_to<std::span<const float>, PixelTarget>);
}

TEST_CASE("target: a class does not fit if the network does not have it") {
    const Extent four{4, 1, 1};
    CHECK(ClassTarget(3).problem(four).empty());
    CHECK(ClassTarget(4).problem(four) == "has label 4; the network has classes 0 to 3");
    CHECK(ClassTarget(MixedClass{0, 3, 0.5f}).problem(four).empty());
    CHECK(ClassTarget(MixedClass{0, 4, 0.5f}).problem(four) == "has label 4; the network has classes 0 to 3");
    for (const float share : {-0.5f, 1.5f}) CHECK_FALSE(ClassTarget(MixedClass{0, 1, share}).problem(four).empty());
    CHECK(ClassTarget(MixedClass{0, 1, std::numeric_limits<float>::quiet_NaN()}).problem(four) ==
          "has a mixture of two classes with the share nan; it must be in 0 to 1");
    std::vector<float> soft{0.5f, 0.25f, 0, 0.25f};
    CHECK(ClassTarget(soft).problem(four).empty());
    CHECK(ClassTarget(soft).problem({5, 1, 1}) == "has 4 probabilities of classes; the network has 5 classes");
    soft[2] = 1.5f;
    CHECK(ClassTarget(soft).problem(four) ==
          "has the probability 1.5 of class 2; it must be in 0 to 1 (for other numbers than "
          "probabilities, use another loss than CrossEntropy)");
    soft[2] = 0.0005f;
    CHECK(ClassTarget(soft).problem(four).empty());
    soft[2] = 0.25f;
    CHECK(ClassTarget(soft).problem(four) ==
          "has probabilities of classes whose sum is 1.25; it must be 1, to within 0.001 (for other numbers than "
          "probabilities, use another loss than CrossEntropy)");
    soft.assign(4, 0);
    CHECK_FALSE(ClassTarget(soft).problem(four).empty());
}

TEST_CASE("target: the label of a mixture is its larger share") {
    CHECK(ClassTarget(2).label() == 2);
    CHECK(ClassTarget(MixedClass{2, 1, 0.5f}).label() == 2);
    CHECK(ClassTarget(MixedClass{2, 1, 0.25f}).label() == 1);
    const std::vector<float> soft{0.25f, 0.5f, 0.25f};
    CHECK(ClassTarget(soft).label() == 1);
}

TEST_CASE("target: numbers do not fit if there are not as many as outputs, or one is not finite") {
    const std::vector<float> numbers{1, std::numeric_limits<float>::infinity()};
    CHECK(NumberTarget(2.5).problem({1, 1, 1}).empty());
    CHECK(NumberTarget(2.5).problem({2, 1, 1}) == "has 1 target value; the network has 2 outputs, and each needs one");
    CHECK(NumberTarget(numbers).problem({2, 1, 1}) ==
          "has the target value inf for output 1, which is not finite; correct the data");
    CHECK(NumberTarget(2.5)[0] == 2.5f);
}

TEST_CASE("target: labels are floats from 0 to 1, or bytes 0 or 1") {
    const std::vector<float> floats{0, 0.5f};
    std::vector<std::uint8_t> bytes{0, 1};
    CHECK(std::convertible_to<NumberTarget, LabelTarget>);
    CHECK_FALSE(std::convertible_to<std::vector<std::uint8_t>, LabelTarget>);  // its numbers would be gone
    CHECK_FALSE(std::convertible_to<int, LabelTarget>);
    CHECK_FALSE(std::convertible_to<std::span<const std::uint16_t>, LabelTarget>);
    CHECK(LabelTarget(0.25f)[0] == 0.25f);
    CHECK_FALSE(LabelTarget(floats).has(0));
    CHECK(LabelTarget(floats).has(1));
    CHECK(LabelTarget(bytes)[1] == 1);
    CHECK(LabelTarget(bytes).has(1));
    CHECK(LabelTarget(bytes).problem({1, 1, 2}).empty());
    CHECK(LabelTarget(bytes).problem({2, 1, 2}) ==
          "has 2 target values; the network has 4 outputs, and each needs one");
    bytes[1] = 255;
    CHECK(LabelTarget(bytes).problem({1, 1, 2}) == "has the target value 255 for label 1; it must be in 0 to 1");
    for (const float bad : {-0.5f, 1.5f, std::numeric_limits<float>::quiet_NaN()}) {
        CHECK_FALSE(LabelTarget(bad).problem({1, 1, 1}).empty());
    }
}

TEST_CASE("target: classes of pixels from bytes, 16 bits and ints") {
    const std::vector<std::uint8_t> bytes{0, 200};
    const std::vector<std::uint16_t> words{1, 60000};
    const std::vector<int> ints{-100, 1};
    CHECK(PixelTarget(bytes)[1] == 200);
    CHECK(PixelTarget(words)[1] == 60000);
    CHECK(PixelTarget(ints)[0] == -100);
    CHECK(PixelTarget(ints).problem({2, 2, 1}, -100).empty());
    CHECK(PixelTarget(bytes).problem({2, 1, 3}, -100) == "has classes for 2 pixels; the network's output has 3");
    CHECK(PixelTarget(bytes).problem({2, 2, 1}, -100) ==
          "has label 200 at row 1, column 0; the network has classes 0 to 1, and -100 is ignored");
}

}  // namespace target_test
