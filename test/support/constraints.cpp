#include "support/constraints.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <string>
#include <typeinfo>

namespace torch::distributions::test {
namespace {

/// The class name of the c10::Error that a call throws, or an empty string.
template <class Call>
std::string thrown_by(Call call) {
  try {
    call();
  } catch (const c10::Error& error) {
    return typeid(error).name();
  }
  return {};
}

/// Compares `first_violation` with `check` for one layout. Returns whether `check` returned.
bool expect_first_false(const Constraint& constraint, const Tensor& value, const char* layout) {
  const auto what = [&] {
    std::ostringstream text;
    text << constraint << ", " << layout << ", " << value.dtype() << value.sizes();
    return text.str();
  };
  Tensor good;
  std::optional<int64_t> first;
  const std::string thrown = thrown_by([&] { good = constraint.check(value).contiguous(); });
  EXPECT_EQ(thrown_by([&] { first = constraint.first_violation(value); }), thrown) << what();
  if (!thrown.empty()) return false;
  EXPECT_EQ(good.scalar_type(), at::kBool) << what();
  if (good.is_meta()) {
    EXPECT_EQ(first, std::nullopt) << what();
    return true;
  }
  const bool* begin = good.const_data_ptr<bool>();
  const bool* found = std::find(begin, begin + good.numel(), false);
  const std::optional<int64_t> expected =
      found == begin + good.numel() ? std::nullopt : std::optional<int64_t>(found - begin);
  EXPECT_EQ(first, expected) << what() << value;
  return true;
}

}  // namespace

bool expect_consistent(const Constraint& constraint, const Tensor& value) {
  if (!expect_first_false(constraint, value, "as it is")) return false;
  if (value.dim() >= 2) {
    expect_first_false(constraint, value.transpose(-1, -2).contiguous().transpose(-1, -2),
                       "transposed");
  }
  if (value.dim() >= 1) {
    expect_first_false(constraint, value.repeat_interleave(2, -1).slice(-1, 0, std::nullopt, 2),
                       "strided");
  }
  std::vector<int64_t> shape{3};
  shape.insert(shape.end(), value.sizes().begin(), value.sizes().end());
  expect_first_false(constraint, value.expand(shape), "expanded");
  if (value.is_floating_point()) {
    expect_first_false(constraint, value.detach().clone().requires_grad_(), "with a graph");
    expect_first_false(constraint, at::_neg_view(value.detach().neg()), "lazily negated");
  }
  return true;
}

std::vector<bool> checked(const Constraint& constraint, const Tensor& value) {
  expect_consistent(constraint, value);
  const Tensor good = constraint.check(value).contiguous();
  const bool* begin = good.const_data_ptr<bool>();
  return std::vector<bool>(begin, begin + good.numel());
}

}  // namespace torch::distributions::test
