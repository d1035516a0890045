#pragma once

#include <string>

#include <doctest/doctest.h>

/// Whether `skip` was called: main.cpp asks.
inline bool anything_skipped = false;

/// Says why the running test does not do on this machine all that it could. Unless something fails, the program ends
/// with 77, which ctest shows as skipped.
inline void skip(const std::string& why) {
    MESSAGE("skipped: " << why);
    anything_skipped = true;
}
