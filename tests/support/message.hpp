#pragma once

#include <string>

/// The message of the exception `E` that `call` throws; empty if it throws nothing. Other exceptions pass through.
template <class E, class Call>
std::string message_of(const Call& call) {
    try {
        call();
    } catch (const E& error) {
        return error.what();
    }
    return {};
}

/// Does `text` contain all of `parts`?
template <class... Parts>
bool mentions(const std::string& text, const Parts&... parts) {
    return (... && (text.find(parts) != std::string::npos));
}
