import Foundation
import Testing

@Suite struct SiteExportTests {
    /// The shell has made the file before the program runs, for all to read.
    @Test func theSitesKeyGoesIntoNoFileThatOthersCanRead() throws {
        let folder = try StationFolder()
        try folder.writeIdentity()
        #expect(try folder.run("site", "init", "house").code == 0)
        for (mask, code) in [("022", 2), ("037", 2), ("077", 0)] as [(String, Int32)] {
            let file = folder.state + "/exported\(mask)"
            let shell = Process()
            shell.executableURL = URL(fileURLWithPath: "/bin/sh")
            shell.arguments = [
                "-c", "umask \(mask); exec \"$0\" --config \"$1\" site export --key >\"$2\"",
                Intercomctl.path, folder.config, file,
            ]
            let complaint = Pipe()
            shell.standardError = complaint
            try shell.run()
            let said = complaint.fileHandleForReading.readDataToEndOfFile()
            shell.waitUntilExit()
            #expect(shell.terminationStatus == code, "umask \(mask)")
            let isTold = String(decoding: said, as: UTF8.self).contains("(umask 077; sudo")
            #expect(isTold == (code != 0))
            let text = try String(contentsOfFile: file, encoding: .utf8)
            #expect(text.isEmpty == (code != 0), "umask \(mask)")
        }
    }
}
