import Foundation
import Testing

/// Tests use tools, and no tool imports a test: what both need lies in tools/lab.
///
/// A tool may run a test, and tools/lab/uml finds its scenarios in Tests/Scenarios by name.
@Suite struct ToolsTests {
    /// The modules a Python file gets when it reaches into Tests/System.
    static let ofTests: Set<String> = Set(
        SourceFile.code.map(\.path).filter { $0.hasPrefix("Tests/System/") }
            .compactMap { $0.split(separator: "/").last?.split(separator: ".").first }
            .map(String.init))

    static func complaints(about file: SourceFile) -> [String] {
        let changesPath = file.lines.contains { $0.has("sys.path") }
        return file.lines.filter { line in
            if line.has("import"), let match = line.firstMatch(of: /^\s*(?:from|import) (\w+)/),
                ofTests.contains(String(match.1))
            {
                return true
            }
            return changesPath && (line.has("Tests/System") || line.has("\"System\""))
        }
    }

    @Test func noToolImportsATest() {
        let tools = SourceFile.code.filter {
            $0.path.hasPrefix("tools/") && $0.path.hasSuffix(".py")
        }
        #expect(tools.count > 50 && Self.ofTests.contains("lab"))
        for file in tools {
            #expect(Self.complaints(about: file) == [], "\(file.path)")
        }
    }

    @Test func aPlantedImportIsCaught() {
        let planted = SourceFile(
            path: "tools/lab/soak/x.py",
            text: """
                import sys
                sys.path.insert(0, str(ROOT / "Tests/System"))
                import lab
                from callers import CallersTest
                from stage import place
                """)
        #expect(Self.complaints(about: planted).count == 3)
    }
}
