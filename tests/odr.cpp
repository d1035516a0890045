// Linked into every test executable: a second translation unit with everything in it, so that a function that should
// be inline and is not fails to link.
#include <norma/data/image_folder.hpp>
#include <norma/data/read_ahead.hpp>
#include <norma/data/write_pictures.hpp>
#include <norma/io/checkpoint.hpp>
#include <norma/io/json.hpp>
#include <norma/io/safetensors.hpp>
#include <norma/io/state_dict.hpp>
#include <norma/network/state_names.hpp>
#include <norma/norma.hpp>
#include <norma/testing/check_layer.hpp>
#include <norma/testing/check_loss.hpp>
#include <norma/testing/check_norm.hpp>
