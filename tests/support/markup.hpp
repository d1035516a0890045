#pragma once

#include <algorithm>
#include <string>
#include <vector>

/// The first tag that is not closed, or closed in the wrong order; empty if there is none.
inline std::string unbalanced(const std::string& markup, const std::vector<std::string>& void_tags = {}) {
    std::vector<std::string> open;
    for (std::size_t at = markup.find('<'); at != std::string::npos; at = markup.find('<', at + 1)) {
        const std::size_t end = markup.find('>', at);
        if (end == std::string::npos) return "a tag that does not end";
        const std::string tag = markup.substr(at + 1, end - at - 1);
        if (tag.starts_with("!") || tag.ends_with("/")) continue;
        const std::string name = tag.substr(0, tag.find_first_of(" \n"));
        if (std::find(void_tags.begin(), void_tags.end(), name) != void_tags.end()) continue;
        if (!name.starts_with("/")) {
            open.push_back(name);
        } else {
            if (open.empty() || open.back() != name.substr(1)) return "unexpected <" + name + ">";
            open.pop_back();
        }
    }
    return open.empty() ? "" : "<" + open.back() + "> is never closed";
}

/// The ids that more than one element of a page has.
inline std::vector<std::string> repeated_ids(const std::string& page) {
    std::vector<std::string> ids, repeated;
    for (std::size_t at = 0; (at = page.find(" id=\"", at)) != std::string::npos; at += 5)
        ids.push_back(page.substr(at + 5, page.find('"', at + 5) - at - 5));
    std::sort(ids.begin(), ids.end());
    for (auto at = ids.begin(); (at = std::adjacent_find(at, ids.end())) != ids.end(); ++at) repeated.push_back(*at);
    return repeated;
}
