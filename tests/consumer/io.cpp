#include <norma/io/json.hpp>

int main() { return norma::json_number(0.5).dump() == "0.5" ? 0 : 1; }
