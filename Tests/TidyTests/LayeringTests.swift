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
        "Crypto": ["CMbedTLS", "CLinux", "Time"],
        "Audio": ["COpus", "CSpeexDSP", "Realtime", "Time"],
        "HAL": ["CALSA", "CGPIOD", "CLinux", "Realtime", "Time"],
        "Peering": ["Wire", "Crypto", "Time"],
        "Station": ["Wire", "Audio", "Time"],
        "Report": ["Wire", "CJansson"],
        "Config": ["Audio", "Wire"],
        "Files": ["Config", "Report", "Crypto", "Audio", "HAL", "Peering", "Time"],
        "Media": [
            "Time", "Realtime", "Wire", "Crypto", "Audio", "HAL", "Station", "Config", "Files",
        ],
        "Intercomctl": [
            "Time", "Wire", "Crypto", "Peering", "Audio", "HAL", "Report", "Config", "Files",
        ],
        "Intercomd": [
            "Time", "Realtime", "Wire", "Crypto", "Peering", "Audio", "HAL", "Station", "Report",
            "Config", "Files", "Media",
        ],
    ]

    /// The imports of one file that its module may not have.
    static func strayImports(of file: SourceFile) -> [String] {
        let allowed = allowed[file.module] ?? []
        return file.lines.compactMap { line in
            guard line.has("import "),
                let match = line.firstMatch(of: /^\s*(?:@\w+ )*(?:\w+ )?import (\w+)/)
            else { return nil }
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
        for match in manifest.matches(of: /module\(\s*"(\w+)", uses: \[([^\]]*)\]\)/) {
            let uses = match.2.matches(of: /"(\w+)"/).map { String($0.1) }
            let name = String(match.1)
            #expect(Set(uses).isSubset(of: Self.allowed[name] ?? []), "\(name) uses \(uses)")
        }
    }

    /// The real-time thread makes no text: a `String` may allocate at any use.
    static func strings(in file: SourceFile) -> [String] {
        file.lines.filter { line in
            guard line.has("String") else { return false }
            let code = line.split(separator: "//", omittingEmptySubsequences: false)[0]
            return code.contains(/\bString\b/)
        }
    }

    @Test(
        arguments: SourceFile.swift.filter {
            $0.module == "Media" && !$0.path.hasPrefix("Sources/Media/Hardware/")
        })
    func theRealTimeThreadHoldsNoString(file: SourceFile) {
        #expect(Self.strings(in: file) == [])
    }

    @Test func aPlantedStringIsCaught() {
        let text = "let name: String\nlet fixed: StaticString // no String\n"
        let planted = SourceFile(path: "Sources/Media/X.swift", text: text)
        #expect(Self.strings(in: planted) == ["let name: String"])
    }

    /// The names of the types at the top level of these files that mean two.
    static func twofold(_ files: [SourceFile]) -> [String] {
        let type =
            #/
            ^(?:@\w+(?:\([^)]*\))?\ )*(?:(?:public|package|final|indirect)\ )*
            (?:struct|class|enum|protocol|typealias)\ (\w+)
            /#
        let names = files.flatMap { file in
            file.lines.compactMap { $0.firstMatch(of: type).map { String($0.1) } }
        }
        return Dictionary(grouping: names) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
    }

    @Test func noNameMeansTwoTypes() { #expect(Self.twofold(SourceFile.swift) == []) }

    @Test func aPlantedSecondMeaningIsCaught() {
        let planted = [
            "public struct X {\n", "final class X {\n", "private struct Y {}\nenum Y {\n",
        ]
        .map { SourceFile(path: "Sources/Wire/X.swift", text: $0) }
        #expect(Self.twofold(planted) == ["X"])
    }

    @Test func aPlantedImportIsCaught() {
        let planted = SourceFile(path: "Sources/Station/X.swift", text: "internal import HAL\n")
        #expect(Self.strayImports(of: planted) == ["internal import HAL"])
    }
}
