#include "support/test_dir.h"

namespace torch::distributions::test {

std::filesystem::path test_dir() { return TORCH_DISTRIBUTIONS_TEST_DIR; }

}  // namespace torch::distributions::test
