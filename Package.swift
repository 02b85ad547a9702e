// swift-tools-version: 6.2
import PackageDescription

// INTERCOM_EMBEDDED=1 builds the same sources as Embedded Swift (tools/check does, to hold the
// line on what may be used); everything else, the tests included, is a normal build.
let embedded = Context.environment["INTERCOM_EMBEDDED"] == "1"

let strict: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableExperimentalFeature("Lifetimes"),
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
    ] + (embedded ? [.enableExperimentalFeature("Embedded"), .unsafeFlags(["-wmo"])] : [])

// The generic code of these modules is made concrete in others: the ring and the arrays of the media
// loop then cost what their C likes cost, and nothing is set up on the heap at their first use. For
// all modules it makes the build longer and the programs no faster.
let generic: Set<String> = ["Realtime"]
let concreteElsewhere: [SwiftSetting] = [
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release))
]

// Tests send hours of sound and thousands of handshakes through these modules. They are optimised in
// debug builds, too, so that the unit tests take much less time. Preconditions and checks of
// arithmetic stay, as in the programs that ship.
let busyInTests: Set<String> = ["Audio", "Crypto", "Peering", "Realtime", "Station", "Wire"]
// Tests that compute so much themselves that they gain more than their compilation takes.
let busyTests: Set<String> = ["Audio"]
let optimised: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

// INTERCOM_FUZZ=1 adds the program of tools/fuzz-units, which links with libFuzzer only.
let fuzzer: [Target] =
    Context.environment["INTERCOM_FUZZ"] != "1"
    ? []
    : [
        .executableTarget(
            name: "FuzzUnits", dependencies: ["FuzzTargets"], path: "Tests/Fuzz/Entry",
            swiftSettings: strict)
    ]

/// One module of the product: the imports it may have are exactly `uses`.
func module(_ name: String, uses: [Target.Dependency]) -> Target {
    .target(
        name: name, dependencies: uses,
        swiftSettings: strict + (generic.contains(name) ? concreteElsewhere : [])
            + (busyInTests.contains(name) ? optimised : []))
}

/// The tests of one module, or of a folder of it, with the modules they import besides.
func tests(
    _ name: String, of module: String? = nil, with others: [Target.Dependency] = []
) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: [.byName(name: module ?? name), "Seeds", "Vectors"] + others,
        swiftSettings: strict + (busyTests.contains(name) ? optimised : []))
}

let package = Package(
    name: "intercomd",
    products: [
        .executable(name: "intercomd", targets: ["Intercomd"]),
        .executable(name: "intercomctl", targets: ["Intercomctl"]),
        .executable(name: "intercomd-mqtt", targets: ["intercomd-mqtt"]),
    ],
    targets: [
        // L0: time, and the C libraries, one folder each.
        module("Time", uses: []),
        .systemLibrary(name: "CALSA", pkgConfig: "alsa", providers: [.apt(["libasound2-dev"])]),
        .systemLibrary(name: "COpus", pkgConfig: "opus", providers: [.apt(["libopus-dev"])]),
        .systemLibrary(
            name: "CSpeexDSP", pkgConfig: "speexdsp", providers: [.apt(["libspeexdsp-dev"])]),
        .systemLibrary(name: "CMbedTLS", providers: [.apt(["libmbedtls-dev"])]),
        .systemLibrary(
            name: "CJansson", pkgConfig: "jansson", providers: [.apt(["libjansson-dev"])]),
        .target(name: "CGPIOD", linkerSettings: [.linkedLibrary("gpiod")]),
        .target(name: "CLinux", linkerSettings: [.linkedLibrary("m")]),

        // L1: mechanism.
        module("Realtime", uses: []),
        module("Wire", uses: ["Time"]),
        module("Crypto", uses: ["CMbedTLS", "CLinux", "Time"]),
        module("Audio", uses: ["COpus", "CSpeexDSP", "Realtime", "Time"]),
        module("HAL", uses: ["CALSA", "CGPIOD", "CLinux", "Realtime", "Time"]),

        // L2: policy, sans-I/O.
        // Who is a peer, where, and with which keys.
        module("Peering", uses: ["Wire", "Crypto", "Time"]),
        // What a station decides: keys, calls, pages, and who is heard.
        module("Station", uses: ["Wire", "Audio", "Time"]),
        // What people and programs are told, and may ask for.
        module("Report", uses: ["Wire", "CJansson"]),
        module("Config", uses: ["Wire", "Audio"]),

        // What both programs do with the files of a station, and what the daemon leaves behind:
        // history, state, journal.
        module(
            "Files", uses: ["Config", "Report", "Crypto", "Audio", "HAL", "Peering", "Time"]),

        // The sound: everything on the real-time thread and the rings to it, and the cards and
        // lines of this machine, which come and go.
        module(
            "Media",
            uses: [
                "Time", "Realtime", "Wire", "Crypto", "Audio", "HAL", "Station", "Config", "Files",
            ]),

        // L3: programs.
        .executableTarget(
            name: "Intercomd",
            dependencies: [
                "Time", "Realtime", "Wire", "Crypto", "Peering", "Audio", "HAL", "Station", "Media",
                "Report", "Config", "Files",
            ], swiftSettings: strict),
        .executableTarget(
            name: "Intercomctl",
            dependencies: [
                "Time", "Wire", "Crypto", "Peering", "Audio", "HAL", "Report", "Config", "Files",
            ],
            swiftSettings: strict),

        // In C, as it is a few calls of a C library, and a process of its own.
        .executableTarget(
            name: "intercomd-mqtt", path: "Sources/MQTT",
            linkerSettings: [.linkedLibrary("mosquitto")]),

        .target(name: "Seeds", path: "Tests/Support/Seeds", swiftSettings: strict),
        // Bytes as text, and the shared vectors of the protocol.
        .target(name: "Vectors", path: "Tests/Support/Vectors", swiftSettings: strict),
        tests("Time"),
        tests("Realtime"),
        tests("Wire"),
        tests("Pairing", of: "Peering", with: ["Crypto", "Wire", "Time"]),
        tests("Discovery", of: "Peering", with: ["Crypto", "Time", "VirtualTime", "Wire"]),
        tests("Site", of: "Peering", with: ["Crypto", "Time", "Wire"]),
        tests("Messages", of: "Peering", with: ["Crypto", "Time", "Wire"]),
        tests("Crypto"),
        tests("Audio", with: ["Time", "Scene"]),
        // Speech, networks and listeners in virtual time, and a program that says what they heard.
        .target(
            name: "Scene", dependencies: ["Audio", "Seeds", "Time"], path: "Tests/Support/Scene",
            swiftSettings: strict + optimised),
        .executableTarget(
            name: "VoiceProbe", dependencies: ["Audio", "Scene"], path: "Tests/Support/VoiceProbe",
            swiftSettings: strict),
        // Days at random, until one of them ends it (tools/random-days).
        .executableTarget(
            name: "DayProbe", dependencies: ["Audio", "HAL", "Scene"],
            path: "Tests/Support/DayProbe", swiftSettings: strict),
        // Stations, a network and people in virtual time; their days at random (tools/random-days).
        .target(
            name: "VirtualTime", dependencies: ["Crypto", "Seeds", "Time", "Wire"],
            path: "Tests/Support/VirtualTime", swiftSettings: strict + optimised),
        .target(
            name: "Household",
            dependencies: ["Audio", "Crypto", "Peering", "Station", "Time", "VirtualTime", "Wire"],
            path: "Tests/Support/Household", swiftSettings: strict + optimised),
        .executableTarget(
            name: "HouseProbe", dependencies: ["Household"], path: "Tests/Support/HouseProbe",
            swiftSettings: strict),
        .executableTarget(
            name: "VoxProbe", dependencies: ["Audio"], path: "Tests/Support/VoxProbe",
            swiftSettings: strict),
        // A recording as the program seals it, for tests outside of Swift.
        .executableTarget(
            name: "SealProbe", dependencies: ["Crypto", "Wire"], path: "Tests/Support/SealProbe",
            swiftSettings: strict),
        .target(name: "CLoopback", path: "Tests/Support/CLoopback"),
        tests("HAL", with: ["CLoopback", "Time", "HALProbe"]),
        // The GPIO simulator is preloaded, which a test cannot do to its own process.
        .executableTarget(
            name: "HALProbe", dependencies: ["HAL", "Time"], path: "Tests/Support/HALProbe",
            swiftSettings: strict),
        // What the daemon's threads share, for the sanitizers (tools/sanitize).
        .executableTarget(
            name: "RingProbe", dependencies: ["HAL", "Realtime", "Time"],
            path: "Tests/Support/RingProbe", swiftSettings: strict),
        tests("Session", of: "Peering", with: ["Wire", "Crypto", "Time", "VirtualTime"]),
        tests("Station", with: ["Audio", "Wire", "Time"]),
        tests(
            "Media",
            with: [
                "Audio", "CLoopback", "Crypto", "HAL", "Realtime", "Scene", "Station", "Time",
                "Wire",
            ]),
        tests("Switchboard", of: "Station", with: ["Audio", "Time", "Wire"]),
        .testTarget(
            name: "HouseholdTests", dependencies: ["Household", "Station", "Time"],
            swiftSettings: strict),
        tests("Report", with: ["Wire"]),
        tests("Config", with: ["Audio", "Wire"]),
        // What it tests is the program itself, which the build puts beside the tests.
        .testTarget(
            name: "IntercomctlTests",
            dependencies: [
                "Intercomctl", "Audio", "Config", "Report", "Crypto", "HAL", "Seeds", "Time",
                "Wire",
            ],
            swiftSettings: strict),
        tests("Settings", of: "Files", with: ["Config", "Crypto", "HAL"]),
        tests(
            "Hardware", of: "Media",
            with: ["Audio", "Config", "HAL", "Realtime", "Station", "Time"]),
        tests("Storage", of: "Files", with: ["Config", "Report", "HAL", "Time"]),
        tests(
            "Snapshot", of: "Intercomd",
            with: [
                "Audio", "Config", "Report", "Crypto", "Peering", "HAL", "Media", "Station",
                "Time", "Wire",
            ]),
        tests(
            "Intercomd",
            with: [
                "Audio", "Config", "Crypto", "HAL", "Media", "Realtime",
                "Report", "Scene", "Peering", "Station", "Time", "Wire",
            ]),
        .testTarget(name: "TidyTests", swiftSettings: strict),
        // Functions that take bytes from outside, for libFuzzer; the tests run its corpus.
        .target(
            name: "FuzzTargets",
            dependencies: [
                "Audio", "Config", "Report", "Crypto", "Peering", "Seeds", "Station", "Time",
                "Wire",
            ], path: "Tests/Fuzz/Targets", swiftSettings: strict),
        .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets"], swiftSettings: strict),
    ] + fuzzer
)
