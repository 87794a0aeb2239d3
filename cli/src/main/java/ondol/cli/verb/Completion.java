package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;

/** {@code ondol completion}: the few lines by which a shell asks {@code ondol __complete} what may come next. */
final class Completion extends Verb {
    private static final String BASH = """
            # ondol completion bash: for one shell, source <(ondol completion bash);
            # for all, ondol completion bash > /etc/bash_completion.d/ondol
            _ondol() {
              local IFS=$'\\n' word=${COMP_WORDS[COMP_CWORD]}
              COMPREPLY=($(ondol __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
              COMPREPLY=($(compgen -W "${COMPREPLY[*]}" -- "$word"))
            }
            complete -o default -F _ondol ondol
            """;
    private static final String ZSH = """
            #compdef ondol
            # ondol completion zsh: for all shells, ondol completion zsh > "${fpath[1]}/_ondol"
            _ondol() {
              local -a found
              found=(${(f)"$(ondol __complete "${(@)words[2,CURRENT]}" 2>/dev/null)"})
              if (( ${#found} )); then compadd -- $found; else _files; fi
            }
            compdef _ondol ondol
            """;
    private static final String FISH = """
            # ondol completion fish: for all shells, ondol completion fish > ~/.config/fish/completions/ondol.fish
            complete -c ondol -a '(ondol __complete (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
            """;

    @Override
    public String help() {
        return """
            Usage:  ondol completion bash|fish|zsh

            Print the completion script of a shell
            """;
    }

    @Override
    public int least() {
        return 1;
    }

    @Override
    public int most() {
        return 1;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        cli.out()
                .print(
                        switch (flags.first()) {
                            case "bash" -> BASH;
                            case "zsh" -> ZSH;
                            case "fish" -> FISH;
                            default ->
                                throw new CliException("no completion for the shell " + flags.first()
                                        + ": there is bash, zsh and fish");
                        });
        return 0;
    }
}
