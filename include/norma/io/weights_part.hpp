#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "norma/core/error.hpp"
#include "norma/core/printable.hpp"
#include "norma/core/target.hpp"

namespace norma::inline NORMA_TARGET {

/// Names of modules or tensors in a state_dict: `"layer1"` has `layer1.0.weight` and not `layer10.weight`;
/// `"fc.weight"` is one tensor.
struct ModuleNames : std::vector<std::string> {
    /// None.
    ModuleNames() = default;
    /// One.
    ModuleNames(const char* name) : std::vector<std::string>{name} {}
    /// One.
    ModuleNames(const std::string& name) : std::vector<std::string>{name} {}
    /// A list.
    ModuleNames(std::initializer_list<std::string> names) : std::vector<std::string>(names) {}
    /// Of a vector.
    ModuleNames(const std::vector<std::string>& names) : std::vector<std::string>(names) {}

    /// Is `tensor` one of them, or in one of them?
    bool have(std::string_view tensor) const {
        return std::ranges::any_of(*this, [&](std::string_view name) { return has(name, tensor); });
    }
    /// Is `tensor` the tensor `name`, or in the module `name`, which may end in a dot?
    static bool has(std::string_view name, std::string_view tensor) {
        if (name.ends_with('.')) name.remove_suffix(1);
        return !name.empty() && tensor.starts_with(name) &&
               (tensor.size() == name.size() || tensor[name.size()] == '.');
    }
};

/// Which tensors of a network are loaded; the default is all. To fine-tune a network with another head:
/// `{.except = "fc"}`.
struct WeightsPart {
    ModuleNames only = {};    ///< these; if there are none, all
    ModuleNames except = {};  ///< but not these

    /// Is it everything?
    bool is_all() const { return only.empty() && except.empty(); }
    /// Is the tensor of this name in it?
    bool has(std::string_view tensor) const { return (only.empty() || only.have(tensor)) && !except.have(tensor); }
};

namespace detail {

/// How many modules a message names.
inline constexpr std::size_t most_named_modules = 30;

/// Verifies that every name of `part` is that of a tensor or module of a network with the tensors `tensors`, and that
/// something is left to load.
/// @throws OptionError if not; the message names the modules.
inline void verify_part(const WeightsPart& part, std::span<const std::string> tensors) {
    const auto modules = [&] {
        std::vector<std::string> names;
        for (const std::string& tensor : tensors) {
            const std::string module = tensor.substr(0, std::min(tensor.rfind('.'), tensor.size()));
            if (std::ranges::find(names, module) == names.end()) names.push_back(module);
        }
        std::string text;
        for (std::size_t i = 0; i < std::min(names.size(), most_named_modules); ++i) {
            text += (i == 0 ? "" : ", ") + printable(names[i]);
        }
        if (names.size() > most_named_modules) {
            text += " and " + std::to_string(names.size() - most_named_modules) + " more";
        }
        return text;
    };
    const auto validate = [&](const char* option, const ModuleNames& names) {
        for (const std::string& name : names) {
            const auto is_in = [&](const std::string& tensor) { return ModuleNames::has(name, tensor); };
            if (std::ranges::any_of(tensors, is_in)) continue;
            raise<OptionError>("part of the weights: " + std::string(option) +
                               ": the network has no module or tensor '" + printable(name) + "'; its modules are " +
                               modules());
        }
    };
    validate("only", part.only);
    validate("except", part.except);
    if (std::ranges::none_of(tensors, [&](const std::string& tensor) { return part.has(tensor); })) {
        raise<OptionError>(
            "part of the weights: it has no tensor of this network, for `except` has all of `only`; the "
            "modules are " +
            modules());
    }
}

}  // namespace detail

}  // namespace norma::inline NORMA_TARGET
