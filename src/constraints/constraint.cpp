#include <torch/distributions/constraints/constraint.h>

#include <ostream>
#include <sstream>

namespace torch::distributions {

std::optional<int64_t> Constraint::first_violation(const Tensor& value) const {
  const Tensor good = check(value);
  // Meta tensors have no data to check.
  if (good.is_meta() || good.numel() == 0 || good.all().item<bool>()) return std::nullopt;
  return good.reshape(-1).to(at::kByte).argmin().item<int64_t>();
}

std::optional<Tensor> Constraint::interior_point(IntArrayRef, const TensorOptions&) const {
  return std::nullopt;
}

std::ostream& operator<<(std::ostream& out, const Constraint& constraint) {
  constraint.print(out);
  return out;
}

std::string format_as(const Constraint& constraint) {
  std::ostringstream out;
  out << constraint;
  return std::move(out).str();
}

}  // namespace torch::distributions
