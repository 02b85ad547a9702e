import Foundation
import Testing

@Suite struct SiteLeaveTests {
    @Test func aButtonForAChannelOfTheSiteIsNamedBeforeItGoes() throws {
        let folder = try StationFolder()
        try folder.writeIdentity()
        for words in [["init", "house"], ["add", "garage", otherKey], ["channel", "up", "all"]] {
            let outcome = try folder.run(["site"] + words)
            #expect(outcome.code == 0, "\(outcome.complaint)")
        }
        try FileManager.default.removeItem(atPath: folder.state + "/keys/site.key")
        let main = try #require(folder.read("etc/intercomd.conf"))
        let button = "\n[button door]\nline = GPIO1\ntalk = up\n"
        try folder.write(main + button, to: "etc/intercomd.conf")
        let line =
            (main + button).split(separator: "\n", omittingEmptySubsequences: false).count - 1
        let outcome = try folder.run("site", "leave")
        #expect(outcome.code == 1)
        #expect(
            outcome.complaint
                == "intercomctl: the button door names the channel up, which only the site can"
                + " have; nothing is changed. Give the button another target at"
                + " \(folder.config)/intercomd.conf:\(line), or write a [channel up] there; then,"
                + " again: sudo intercomctl site leave\n")
        #expect(folder.read("state/peers.d/garage.conf") != nil)
        try folder.write(main + button + "[channel up]\n", to: "etc/intercomd.conf")
        let left = try folder.run("site", "leave", "--yes")
        #expect(left.code == 0)
        #expect(
            left.output.contains(
                "taken out before: where the site is introduced: sudo intercomctl"
                    + " site remove kitchen\n"), "\(left.output)")
        #expect(try folder.run("config", "check").code == 0)
        #expect(folder.read("state/peers.d/garage.conf") == nil)
    }
}
