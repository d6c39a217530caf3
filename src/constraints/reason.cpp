#include "constraints/reason.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include <torch/distributions/constraints/matrix.h>
#include <torch/distributions/core/repr.h>

#include "ops/vectors/cholesky.h"

namespace torch::distributions::constraints {
namespace {

struct Entry {
  int64_t row, column;
};

/// The first entry for which the mask is true.
std::optional<Entry> first_entry(const Tensor& mask) {
  const Tensor found = mask.nonzero();
  if (found.size(0) == 0) return std::nullopt;
  return Entry{found[0][0].item<int64_t>(), found[0][1].item<int64_t>()};
}

std::string number(const Tensor& matrix, const Entry& entry) {
  return core::repr(matrix[entry.row][entry.column].item<double>());
}

std::string says(const char* place, const Tensor& matrix, const Entry& entry) {
  return fmt::format("; its entry [{}, {}]{} is {}", entry.row, entry.column, place,
                     number(matrix, entry));
}

std::string not_triangular(const Tensor& matrix, bool needs_positive_diagonal) {
  if (const auto above = first_entry(matrix.triu(1) != 0))
    return says(" above the diagonal", matrix, *above);
  if (const auto nan = first_entry(matrix.isnan())) return says("", matrix, *nan);
  if (!needs_positive_diagonal) return {};
  const Tensor on_diagonal = at::ones_like(matrix, at::kBool).tril().triu();
  if (const auto entry = first_entry((matrix <= 0).logical_and(on_diagonal)))
    return says(" on the diagonal", matrix, *entry);
  return {};
}

std::string not_symmetric(const Tensor& matrix) {
  if (const auto nan = first_entry(matrix.isnan())) return says("", matrix, *nan);
  const Tensor difference = at::where(matrix == matrix.mT(), 0.0, matrix - matrix.mT()).abs();
  const int64_t n = matrix.size(0), place = difference.argmax().item<int64_t>();
  const Entry entry{place / n, place % n}, mirrored{place % n, place / n};
  return fmt::format(
      "; it is not symmetric: its entries [{}, {}] and [{}, {}] are {} and {}, a "
      "difference of {}",
      entry.row, entry.column, mirrored.row, mirrored.column, number(matrix, entry),
      number(matrix, mirrored), number(difference, entry));
}

}  // namespace

std::string reason(const Constraint& set, const Tensor& event) {
  const bool is_cholesky = dynamic_cast<const LowerCholesky*>(&set) != nullptr;
  const bool is_triangular = is_cholesky || dynamic_cast<const LowerTriangular*>(&set) != nullptr;
  const bool is_square = dynamic_cast<const Square*>(&set) != nullptr;
  if ((!is_triangular && !is_square) || event.dim() != 2 || event.numel() == 0) return {};
  const at::NoGradGuard no_grad;
  const Tensor matrix = event.detach().to(at::kDouble);
  if (is_triangular) return not_triangular(matrix, is_cholesky);
  if (matrix.size(0) != matrix.size(1)) return "; it is not square";
  if (dynamic_cast<const Symmetric*>(&set) == nullptr) return {};
  if (!symmetric.check(event).item<bool>()) return not_symmetric(matrix);
  if (dynamic_cast<const PositiveDefinite*>(&set) == nullptr) return {};
  // LAPACK reports the order of the first leading minor that is not positive.
  const Tensor order = std::get<1>(at::linalg_cholesky_ex(ops::symmetrized(matrix)));
  return fmt::format("; it is not positive definite: its leading minor of order {} is not positive",
                     std::max<int64_t>(order.item<int64_t>(), 1));
}

}  // namespace torch::distributions::constraints
