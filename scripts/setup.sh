# Sourced by the other scripts: installs missing Debian packages, and configures and builds in build/<preset>.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=${TORCH_DISTRIBUTIONS_PRESET:-release}
build=build/$preset
jobs=$(nproc)

say() { printf '\n==> %s\n' "$*"; }

# Installs those of the named Debian packages that are missing. If not run by root, prints the command and exits.
need_packages() {
  local missing=()
  command -v apt-get > /dev/null || { say "Not a Debian system: taking $* for installed"; return; }
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null) == installed ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    echo "Missing packages. Install them, then run this script again:" >&2
    echo "  sudo apt-get update && sudo apt-get install --yes --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  say "Installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install --yes --quiet=2 --no-install-recommends "${missing[@]}" > /dev/null
}

# Configures $build. Installs LibTorch in build/libtorch if the machine has none.
configure() {
  local packages=(g++ cmake ninja-build ccache libfmt-dev libgtest-dev libgmock-dev nlohmann-json3-dev libstb-dev
    fonts-dejavu-core)
  packages+=(libgloo-dev)  # headers that LibTorch's wheel lacks, for examples/data_parallel.cpp
  # Debian's python3 package does not contain venv.
  python3 -c 'import ensurepip' 2> /dev/null || packages+=(python3 python3-venv)
  need_packages "${packages[@]}"
  say "Configuring $build"
  cmake --preset "$preset" -DTORCH_DISTRIBUTIONS_TORCH_ENVIRONMENT="$PWD/build/libtorch" "$@"
}

# Installs nvcc, the compiler for device code, from Python wheels in build/nvcc. It needs no GPU. If the installation fails, the
# test cuda/formulas fails.
need_nvcc() {
  local environment=$PWD/build/nvcc
  [[ -e $environment/complete ]] && return
  say "Installing nvcc into $environment"
  python3 -m venv "$environment" &&
    "$environment/bin/python" -m pip --disable-pip-version-check install --quiet \
      nvidia-cuda-nvcc==13.0.88 nvidia-cuda-crt==13.0.88 nvidia-nvvm==13.0.88 nvidia-cuda-runtime==13.0.96 &&
    touch "$environment/complete" ||
    say "nvcc was not installed: the test cuda/formulas will fail"
}

# Builds the named targets, or everything.
build() {
  say "Building ${*:-everything} on $jobs cores"
  cmake --build "$build" --parallel "$jobs" ${1:+--target "$@"}
}
