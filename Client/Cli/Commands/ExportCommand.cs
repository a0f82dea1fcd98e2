using System.CommandLine;

using Continuity.Cli.Hosting;
using Continuity.Client;
using Continuity.ComfyUI.Profiles;
using Continuity.Engine.Exports;
using Continuity.Pipelines;

namespace Continuity.Cli.Commands;

/// <summary><c>continuity export</c>: from a director's project to a film.</summary>
internal static class ExportCommand
{
    private const int MostRetries = 20;

    public static Command Create(Globals globals)
    {
        var project = new Argument<string>("PROJECT") { Description = "The project file (JSON)" };
        var render = new RenderOptions();
        var what = new WhatToMake();
        var standing = new StandingOptions();
        var noPreflight = PreflightOption.Create();
        var command = new Command("export", "Export a director's project: keyframes, clips, scenes and the film") { project };
        render.AddTo(command);
        what.AddTo(command);
        standing.AddTo(command);
        command.Add(noPreflight);
        command.SetAction((parse, stop) => globals.RunAsync(parse, invocation =>
        {
            // Before anything is read or started: a wrong name should cost no time.
            var path = parse.GetRequiredValue(project);
            if (!File.Exists(path))
            {
                throw new UsageException($"There is no project file {path}.");
            }

            var job = new Job(path, render.Out(parse) ?? DefaultFolder(path), what.Read(parse), render.Profiles(parse), !parse.GetValue(noPreflight), definition => standing.Apply(parse, definition));
            return RunAsync(invocation, job, render.Gpus(parse), stop);
        }));
        return command;
    }

    internal static string DefaultFolder(string projectPath) => $"{Path.GetFileNameWithoutExtension(projectPath)}-film";

    private static async Task<int> RunAsync(Invocation invocation, Job job, GpuChoice gpus, CancellationToken stop)
    {
        // What is wrong with the project is told before anything is started or created.
        PipelineDefinition planned;
        await using (var file = File.OpenRead(job.Path))
        {
            planned = await ContinuityClient.CheckExportAsync(file, job.Options, job.Profiles, stop);
        }

        return await Rendering.RunAsync(
            invocation,
            gpus,
            async client =>
            {
                if (job.Preflight)
                {
                    await Rendering.PreflightAsync(invocation, client, planned, stop);
                }

                await using var file = File.OpenRead(job.Path);
                var definition = job.Standing(await client.PlanExportAsync(file, job.Options, job.Profiles, stop));
                return await Rendering.SubmitAsync(invocation, client, definition, job.Folder, stop);
            },
            stop);
    }

    private sealed record Job(string Path, string Folder, ExportOptions Options, ProfileLibrary Profiles, bool Preflight, Func<PipelineDefinition, PipelineDefinition> Standing);

    /// <summary>The options that choose what is made.</summary>
    private sealed class WhatToMake
    {
        private readonly Option<string?> _imageProfile = new("--image-profile") { Description = "Profile for keyframes", HelpName = "ID" };
        private readonly Option<string?> _videoProfile = new("--video-profile") { Description = "Profile for clips", HelpName = "ID" };
        private readonly Option<bool> _noKeyframes = new("--no-keyframes") { Description = "Start clips from the pictures in the project" };
        private readonly Option<bool> _noVideos = new("--no-videos") { Description = "Make keyframes only" };
        private readonly Option<bool> _upscale = new("--upscale") { Description = "Double the size of the clips" };
        private readonly Option<bool> _interpolate = new("--interpolate") { Description = "Double the frame rate of the clips" };
        private readonly Option<bool> _chain = new("--chain") { Description = "Start each shot from the last frame of the one before it" };
        private readonly Option<int> _retries = new("--retries") { Description = "Retries a task", HelpName = "N", DefaultValueFactory = _ => 1 };
        private readonly Option<string[]> _scenes = new("--scene") { Description = "Only this scene; may be repeated", HelpName = "ID" };
        private readonly Option<string?> _size = new("--size") { Description = "Size of keyframes and clips, for drafts: multiples of 16", HelpName = "WIDTHxHEIGHT" };
        private readonly Option<bool> _plainPrompts = new("--plain-prompts") { Description = "Use the shots' own words and nothing else" };

        public WhatToMake()
        {
            _retries.Validators.Add(result =>
            {
                if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var count) && count is < 0 or > MostRetries)
                {
                    result.AddError($"--retries takes 0 to {MostRetries}; found {count}.");
                }
            });
            _size.Validators.Add(result =>
            {
                if (result.Tokens.Count == 1 && ParseSize(result.Tokens[0].Value) is null)
                {
                    result.AddError($"--size takes WIDTHxHEIGHT, such as 640x352; found '{result.Tokens[0].Value}'.");
                }
            });
        }

        public void AddTo(Command command)
        {
            Option[] all =
            [
                _imageProfile, _videoProfile, _noKeyframes, _noVideos, _upscale, _interpolate, _chain, _retries, _scenes, _size, _plainPrompts,
            ];
            foreach (var option in all)
            {
                command.Add(option);
            }
        }

        public ExportOptions Read(ParseResult parse) => new()
        {
            ImageProfile = parse.GetValue(_imageProfile),
            VideoProfile = parse.GetValue(_videoProfile),
            Keyframes = !parse.GetValue(_noKeyframes),
            Videos = !parse.GetValue(_noVideos),
            Upscale = parse.GetValue(_upscale),
            Interpolate = parse.GetValue(_interpolate),
            Chain = parse.GetValue(_chain) ? true : null, // not asked for: the project decides
            Retries = parse.GetValue(_retries),
            SceneIds = [.. parse.GetValue(_scenes) ?? []],
            Size = parse.GetValue(_size) is { } size ? ParseSize(size) : null,
            PlainPrompts = parse.GetValue(_plainPrompts),
        };

        private static (int Width, int Height)? ParseSize(string text) =>
            text.Split('x') is [var width, var height] && int.TryParse(width, out var w) && int.TryParse(height, out var h) ? (w, h) : null;
    }
}
