import Foundation
import Testing

@Suite struct SiteLeaveTests {
    @Test(arguments: [false, true])
    func aButtonForAChannelOfTheSiteIsNamedBeforeItGoes(hasEnded: Bool) throws {
        let folder = try StationFolder()
        try folder.writeIdentity()
        for words in [["init", "house"], ["add", "garage", otherKey], ["channel", "up", "all"]] {
            #expect(try folder.run(["site"] + words).code == 0)
        }
        let main = try #require(folder.read("etc/intercomd.conf"))
        let button = "\n[button door]\nline = GPIO1\ntalk = up\n"
        try folder.write(main + button, to: "etc/intercomd.conf")
        // Also where the site has it no more, for which a button waits only in a site.
        if hasEnded { try folder.does("site", "channel", "up", "-") }
        try FileManager.default.removeItem(atPath: folder.state + "/keys/site.key")
        let line =
            (main + button).split(separator: "\n", omittingEmptySubsequences: false).count - 1
        let outcome = try folder.run("site", "leave")
        #expect(outcome.code == 1)
        #expect(
            outcome.complaint
                == "intercomctl: the button door names the channel up, and without the site this"
                + " station has none of that name; nothing is changed. Give the button another"
                + " target at \(folder.config)/intercomd.conf:\(line), or write a [channel up]"
                + " there; then, again: sudo intercomctl site leave\n")
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
