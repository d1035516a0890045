#pragma once

#include <algorithm>
#include <concepts>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "norma/core/inline.hpp"
#include "norma/core/joined_text.hpp"
#include "norma/core/number_text.hpp"
#include "norma/core/printable.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// A number as the value of a setting, with enough digits to read back the same bits.
inline std::string setting_text(double value) { return number_text(value); }
/// "yes" or "no".
inline std::string setting_text(bool value) { return value ? "yes" : "no"; }
/// A whole number.
template <std::integral T>
std::string setting_text(T value) {
    return std::to_string(value);
}

/// One thing that a training depends on, as text, so that a checkpoint can keep it and a message can name it.
struct Setting {
    std::string name;   ///< as programs write it, for instance "momentum"
    std::string value;  ///< for instance "0.9"; other values have other texts

    friend bool operator==(const Setting&, const Setting&) = default;
};

/// Appends a setting; in one place, because the compiler makes much code of it.
[[gnu::cold]] NORMA_NOINLINE inline void add_setting(std::vector<Setting>& settings, std::string_view name,
                                                     std::string_view value) {
    Setting& added = settings.emplace_back();
    added.name = name;
    added.value = value;
}
/// Appends these settings.
inline void add_settings(std::vector<Setting>& settings, const std::vector<Setting>& more) {
    for (const Setting& setting : more) add_setting(settings, setting.name, setting.value);
}

/// One line for each setting that differs: "momentum: 0.8 there, 0.9 here". Empty if none does.
template <class = void>
[[gnu::cold]] std::string difference_of_settings(std::span<const Setting> there, std::span<const Setting> here) {
    std::string text;
    const auto find = [](std::span<const Setting> settings, const std::string& name) {
        const Setting* found = nullptr;
        for (const Setting& setting : settings) {
            if (found == nullptr && setting.name == name) found = &setting;
        }
        return found;
    };
    const auto value_in = [&](std::span<const Setting> settings, const std::string& name) {
        const Setting* const found = find(settings, name);
        return found == nullptr ? std::string("none") : printable(found->value);
    };
    const auto add = [&](const Setting& setting) {
        text += joined_text({"\n  ", printable(setting.name), ": ", value_in(there, setting.name), " there, ",
                             value_in(here, setting.name), " here"});
    };
    for (const Setting& setting : there) {
        bool is_here = false;
        for (const Setting& other : here) is_here = is_here || other == setting;
        if (!is_here) add(setting);
    }
    for (const Setting& setting : here) {
        if (find(there, setting.name) == nullptr) add(setting);
    }
    return text;
}

}  // namespace norma::inline NORMA_TARGET
