#pragma once

#include <string>

/// What `call` says when it throws an `E`; empty if it throws none. Another exception passes through.
template <class E, class Call>
std::string message_of(const Call& call) {
    try {
        call();
    } catch (const E& error) {
        return error.what();
    }
    return {};
}

/// Whether `text` holds every one of `parts`.
template <class... Parts>
bool mentions(const std::string& text, const Parts&... parts) {
    return (... && (text.find(parts) != std::string::npos));
}
