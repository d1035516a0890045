#include <norma/io/json.hpp>
#include <norma/testing/report.hpp>

int main() {
    const norma::conformance::Report report;
    return norma::json_number(0.5).dump() == "0.5" && report.conforms() ? 0 : 1;
}
