"""Packages the source tree that contains this recipe: `conan create cmake/conan -s compiler.cppstd=20`, Conan 2."""

import os

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, rmdir


class Norma(ConanFile):
    name = "norma"
    version = "0.1.0"
    description = "Small convolutional networks on the CPU, header-only"
    license = "MIT"
    topics = ("neural-networks", "normalization", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"with_io": [True, False], "with_zlib": [True, False]}
    default_options = {"with_io": True, "with_zlib": True}
    no_copy_source = True

    def export_sources(self):
        tree = os.path.join(self.recipe_folder, "..", "..")
        for pattern in ("CMakeLists.txt", "LICENSE", "cmake/*", "include/*"):
            copy(self, pattern, src=tree, dst=self.export_sources_folder)

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        self.requires("eigen/3.4.0", transitive_headers=True)
        self.requires("onetbb/2021.12.0", transitive_headers=True, transitive_libs=True)
        if self.options.with_io:
            self.requires("nlohmann_json/3.11.3", transitive_headers=True)
        if self.options.with_zlib:
            self.requires("zlib/[>=1.2.11 <2]", transitive_headers=True, transitive_libs=True)

    def package_id(self):
        # The package is the same for every compiler; only the options change it.
        self.info.settings.clear()

    def validate(self):
        check_min_cppstd(self, 20)

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        for name, value in {
            "NORMA_BUILD_TESTS": False,
            "NORMA_BUILD_EXAMPLES": False,
            "NORMA_INSTALL": True,
            "NORMA_IO": bool(self.options.with_io),
            "NORMA_ZLIB": bool(self.options.with_zlib),
        }.items():
            toolchain.cache_variables[name] = value
        toolchain.generate()

    def build(self):
        CMake(self).configure()

    def package(self):
        copy(self, "LICENSE", src=self.source_folder, dst=os.path.join(self.package_folder, "licenses"))
        CMake(self).install()
        # CMakeDeps and PkgConfigDeps write their own files for users of the package.
        rmdir(self, os.path.join(self.package_folder, "share"))

    def package_info(self):
        norma = self.cpp_info.components["norma"]
        norma.set_property("cmake_target_name", "norma::norma")
        norma.set_property("pkg_config_name", "norma")
        norma.bindirs = []
        norma.libdirs = []
        norma.requires = ["eigen::eigen", "onetbb::onetbb"]
        if self.options.with_zlib:
            norma.requires.append("zlib::zlib")
            norma.defines = ["NORMA_HAS_ZLIB"]
        if self.options.with_io:
            io = self.cpp_info.components["io"]
            io.set_property("cmake_target_name", "norma::io")
            io.bindirs = []
            io.libdirs = []
            io.requires = ["norma", "nlohmann_json::nlohmann_json"]
