#include "random_calls/comparison.h"

#include <ATen/ATen.h>

#include <cstring>
#include <limits>

namespace torch::distributions::random_calls {

double epsilon_of(at::ScalarType dtype) {
  switch (dtype) {
    case at::kDouble:
      return std::numeric_limits<double>::epsilon();
    case at::kHalf:
      return static_cast<double>(std::numeric_limits<at::Half>::epsilon());
    case at::kBFloat16:
      return static_cast<double>(std::numeric_limits<at::BFloat16>::epsilon());
    default:
      return static_cast<double>(std::numeric_limits<float>::epsilon());
  }
}

std::string text_of(const Tensor& tensor) {
  constexpr int64_t kMost = 12;
  if (!tensor.defined()) return "an undefined tensor";
  std::ostringstream out;
  out << at::toString(tensor.scalar_type()) << ' ' << tensor.sizes() << " {";
  if (!tensor.is_meta()) {
    const Tensor flat = tensor.detach().to(at::kDouble).reshape(-1).contiguous();
    for (int64_t i = 0; i < std::min(flat.numel(), kMost); ++i) {
      out << (i == 0 ? "" : ", ") << text_of(flat.const_data_ptr<double>()[i]);
    }
    if (flat.numel() > kMost) out << ", ...";
  }
  out << '}';
  return out.str();
}

std::string text_of(const std::vector<Tensor>& tensors) {
  std::string text;
  for (const Tensor& tensor : tensors) {
    text += (text.empty() ? "" : ", ") + text_of(tensor);
  }
  return text;
}

bool everywhere(const Tensor& tensor) { return tensor.all().item<bool>(); }

bool same_bits(const Tensor& a, const Tensor& b) {
  if (a.sizes() != b.sizes() || a.scalar_type() != b.scalar_type()) return false;
  const Tensor x = a.detach().resolve_neg().contiguous(), y = b.detach().resolve_neg().contiguous();
  return x.nbytes() == 0 || std::memcmp(x.const_data_ptr(), y.const_data_ptr(), x.nbytes()) == 0;
}

void require_close(const std::string& what, const Tensor& got, const Tensor& want,
                   double tolerance) {
  require(got.sizes() == want.sizes(), what, " has shape ", got.sizes(), ", not ", want.sizes());
  const Tensor a = got.detach().to(at::kDouble), b = want.detach().to(at::kDouble);
  const Tensor close = at::isclose(a, b, tolerance, tolerance, /*equal_nan=*/true);
  if (everywhere(close)) return;
  const Tensor differs = close.logical_not();
  require(false, what, " is ", text_of(a.masked_select(differs)), ", not ",
          text_of(b.masked_select(differs)), ", at ", differs.sum().item<int64_t>(), " places of ",
          text_of(got));
}

void require_no_nan(const std::string& what, const Tensor& tensor, const Tensor& excused) {
  if (!tensor.is_floating_point()) return;
  Tensor nan = tensor.detach().isnan();
  if (excused.defined()) nan = nan.logical_and(excused.logical_not());
  require(!nan.any().item<bool>(), what, " has NaN: ", text_of(tensor));
}

}  // namespace torch::distributions::random_calls
