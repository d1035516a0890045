#pragma once

#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "support/process.hpp"

namespace norma::bench {

/// PyTorch in a process of its own, which runs peers.py and sleeps between two requests.
class Torch {
public:
    explicit Torch(int threads) : conversation_({python(), NORMA_PEERS_PY, "--threads", std::to_string(threads)}) {}

    /// The Python to run.
    static std::string python() {
        const char* const named = std::getenv("NORMA_PYTHON");
        return named != nullptr ? named : "python3";
    }

    /// The answer to a request, see peers.py.
    /// @throws std::runtime_error if the answer is an error, is not valid, or does not come. In the last two cases
    /// later requests fail in the same way.
    nlohmann::json ask(const nlohmann::json& request) {
        if (!lost_.empty()) throw std::runtime_error(lost_);
        nlohmann::json answer;
        try {
            answer = nlohmann::json::parse(conversation_.ask(request.dump(), std::chrono::minutes(15)));
            if (!answer.is_object()) throw std::runtime_error("it answered " + answer.dump());
        } catch (const std::exception& error) {
            lost_ = "peers.py was lost at " + request.dump() + ": " + error.what();
            throw std::runtime_error(lost_);
        }
        if (answer.contains("error")) throw std::runtime_error(answer["error"].dump());
        return answer;
    }
    /// The answer to a request for a time.
    double seconds(const nlohmann::json& request) { return ask(request).at("seconds").get<double>(); }

    /// Has the process ended early, or given an answer that is not valid?
    bool lost() const { return !lost_.empty(); }

private:
    Conversation conversation_;
    std::string lost_;
};

}  // namespace norma::bench
