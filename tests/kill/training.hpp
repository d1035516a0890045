#pragma once

#include "norma/core/reducer.hpp"

/// The training that the campaign kills. `arguments` are FOLDER PIPE THREADS. It writes a checkpoint to FOLDER after
/// every batch, resumes from one that is there, and writes weights.safetensors and history.json at its end. PIPE is the
/// named pipe for its reports. Of several processes the first one writes files and reports steps. `in_place` overwrites
/// files in place, which is wrong: the campaign must notice.
void train(const char* const* arguments, bool in_place, norma::Reducer& reducer);
