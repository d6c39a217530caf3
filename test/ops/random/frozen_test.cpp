// The first numbers of each sampler are those of draws.json, to the bit. They must not change from
// one version to the next. draws.py, which is an implementation of its own, checks the file.
//
// A new sampler: TORCH_DISTRIBUTIONS_UPDATE_DRAWS=1 writes the file.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

#include "ops/random/samplers.h"
#include "support/test_dir.h"

namespace torch::distributions::ops::random::test {
namespace {

/// The numbers of each sampler as patterns of bits, by name and dtype.
nlohmann::ordered_json first_numbers() {
  constexpr Draw kFirst{.key = 0x0123456789abcdef, .number = 0x9876543210};
  constexpr std::int64_t kCount = 260;  // more than a group of blocks
  nlohmann::ordered_json all;
  for (const Sampler& sampler : samplers()) {
    for (const auto dtype : sampler.dtypes) {
      const Tensor draws = sampler.draw({kCount}, dtype, kFirst);
      std::vector<std::uint64_t> patterns(kCount);
      const char* name = nullptr;
      if (dtype == at::kFloat) {
        name = "float";
        const auto* const from = static_cast<const std::uint32_t*>(draws.const_data_ptr());
        patterns.assign(from, from + kCount);
      } else if (dtype == at::kDouble) {
        name = "double";
        const auto* const from = static_cast<const std::uint64_t*>(draws.const_data_ptr());
        patterns.assign(from, from + kCount);
      } else if (dtype == at::kLong) {
        const auto* const from = draws.const_data_ptr<std::int64_t>();
        all[sampler.name]["long"] = std::vector(from, from + kCount);
      }
      if (name != nullptr) all[sampler.name][name] = patterns;
    }
  }
  return all;
}

TEST(Frozen, FirstNumbersStayTheSame) {
  const auto path = distributions::test::test_dir() / "ops" / "random" / "draws.json";
  const auto numbers = first_numbers();
  if (std::getenv("TORCH_DISTRIBUTIONS_UPDATE_DRAWS") != nullptr) {
    std::ofstream file(path);
    const char* separator = "{\n";
    for (const auto& [name, of_dtypes] : numbers.items()) {  // one line each
      file << separator << nlohmann::json(name) << ": " << of_dtypes;
      separator = ",\n";
    }
    file << "\n}\n";
    return;
  }
  const auto expected = nlohmann::ordered_json::parse(std::ifstream(path));
  EXPECT_EQ(numbers.size(), expected.size());
  for (const auto& [name, of_dtypes] : numbers.items()) {
    for (const auto& [dtype, patterns] : of_dtypes.items())
      EXPECT_TRUE(expected.contains(name) && expected[name][dtype] == patterns)
          << name << " of " << dtype << " starts with other numbers";
  }
}

}  // namespace
}  // namespace torch::distributions::ops::random::test
