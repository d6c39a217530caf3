#pragma once

#include <filesystem>

namespace torch::distributions::test {

/// The folder `test` of the source tree, which holds the reference data.
std::filesystem::path test_dir();

}  // namespace torch::distributions::test
