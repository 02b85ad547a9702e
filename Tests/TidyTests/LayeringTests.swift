import Foundation
import Testing

/// The architecture, as the list of who may import whom (docs/architecture.md "Layers").
///
/// The build refuses an import that Package.swift does not declare; this refuses the declaration.
@Suite struct LayeringTests {
    static let allowed: [String: Set<String>] = [
        "Time": [],
        "Realtime": ["Synchronization"],
        "Wire": ["Time"],
        "Crypto": ["CMbedTLS", "CLinux"],
        "Audio": ["COpus", "CSpeexDSP", "Realtime", "Time"],
        "HAL": ["CALSA", "CGPIOD", "CLinux", "Glibc", "Time"],
        "Session": ["Wire", "Crypto", "Time"],
        "Station": ["Wire", "Time"],
        "Control": ["Wire", "CJansson"],
        "Config": ["Audio", "Wire"],
        "Settings": ["Config", "Crypto", "HAL"],
        "Intercomctl": [
            "Time", "Wire", "Crypto", "Audio", "HAL", "Control", "Config", "Settings",
        ],
        "Intercomd": [
            "Time", "Realtime", "Wire", "Crypto", "Audio", "HAL", "Session", "Station", "Control",
            "Config", "Settings",
        ],
    ]

    /// The imports of one file that its module may not have.
    static func strayImports(of file: SourceFile) -> [String] {
        let allowed = allowed[file.module] ?? []
        return file.lines.compactMap { line in
            guard let match = line.firstMatch(of: /^\s*(?:@\w+ )*(?:\w+ )?import (\w+)/) else {
                return nil
            }
            return allowed.contains(String(match.1)) ? nil : line
        }
    }

    @Test(arguments: SourceFile.swift)
    func importsPointDownwards(file: SourceFile) {
        #expect(Self.allowed[file.module] != nil, "\(file.module) is not in the architecture")
        #expect(Self.strayImports(of: file) == [])
    }

    @Test func everyModuleOfTheArchitectureExists() {
        #expect(Set(SourceFile.swift.map(\.module)) == Set(Self.allowed.keys))
    }

    @Test func packageDeclaresNoOtherEdges() throws {
        let manifest = try String(
            contentsOf: SourceFile.root.appending(path: "Package.swift"), encoding: .utf8)
        for match in manifest.matches(of: /module\("(\w+)", uses: \[([^\]]*)\]\)/) {
            let uses = match.2.matches(of: /"(\w+)"/).map { String($0.1) }
            let name = String(match.1)
            #expect(Set(uses).isSubset(of: Self.allowed[name] ?? []), "\(name) uses \(uses)")
        }
    }

    @Test func aPlantedImportIsCaught() {
        let planted = SourceFile(path: "Sources/Station/X.swift", text: "internal import HAL\n")
        #expect(Self.strayImports(of: planted) == ["internal import HAL"])
    }
}
